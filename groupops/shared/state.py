"""The folder that holds all state of an embedded installation, and the secrets made there at the first start."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def secret(folder: Path, name: str, *, size: int = 32) -> str:
    """Return the secret kept in `folder/name`, made on first use, url-safe base64 of `size` random bytes.

    Readable by the owner alone. It appears complete or not at all (written aside, then linked), so that processes starting
    together agree on one and a crash leaves no empty key behind.
    """
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder, prefix=f".{name}.")  # mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(size))
        with contextlib.suppress(FileExistsError):  # another process was faster: its secret counts
            os.link(draft, path)
        Path(draft).unlink()
    return path.read_text().strip()
