"""Write a backup: one snapshot of every table and every uploaded file, streamed through compression and sealing into one file."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from groupops.operations.backup.dialect import dialect
from groupops.operations.backup.sealing import Kind, Sealer, key_id
from groupops.operations.backup.tables import Table, tables

PIECE = 1024 * 1024  # bytes of a frame, before compression
SUFFIX = ".backup"


@dataclass(frozen=True)
class Written:
    """What was written: where, how much, how long it took."""

    path: Path
    made_at: datetime
    rows: int
    tables: int
    size: int
    seconds: float
    key: str


def write(path: Path, *, at: datetime) -> Written:
    """A backup of everything as it is now, at `path`; half a file is never left there. Readable by its owner alone."""
    started = time.monotonic()
    draft = path.with_name(f".{path.name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            rows, count = _everything(file, at)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    seconds = time.monotonic() - started
    return Written(path, at, rows, count, path.stat().st_size, seconds, key_id(settings.BACKUP_KEYS[0]))


def _everything(file: IO[bytes], at: datetime) -> tuple[int, int]:
    found = tables()
    with closing(dialect().Source()) as source:
        manifest = _manifest(found, source)
        header = {"made_at": at.isoformat(), "version": version(), "database": connection.vendor, "site": settings.PUBLIC_URL}
        key = {"id": key_id(settings.BACKUP_KEYS[0]), "home": settings.BACKUP_KEY_HOME}
        sealer = Sealer(file, keys=settings.BACKUP_KEYS, header=header | {"key": key})
        try:
            sealer.put(Kind.MANIFEST, manifest)
            digests = {table.name: _rows(table, source, sealer) for table in found}
            files = {name: _file(name, sealer) for name in media()}
            sealer.put(Kind.END, {"digests": digests, "files": files})
        finally:
            sealer.close()
    return sum(manifest["rows"].values()), len(found)


def _manifest(found: list[Table], source: Any) -> dict[str, Any]:
    """Rows and numbers are read in the snapshot that is copied."""
    return {
        "tables": [table.plain() for table in found],
        "rows": {table.name: source.count(table) for table in found},
        "numbers": {table.name: last for table in found if (last := source.last_number(table))},
        "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
    }


def version() -> str:
    """Of GroupOps, as it was installed."""
    try:
        return metadata.version("groupops")
    except metadata.PackageNotFoundError:
        return "source"


def media() -> list[str]:
    """The uploaded files, by their path below MEDIA_ROOT."""
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and not path.is_symlink())


class Pieces:
    """Gathers lines to pieces, digests them, hands them on."""

    def __init__(self, put: Callable[[bytes], Any]) -> None:
        self.digest, self._put = hashlib.sha256(), put
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, part: bytes) -> int:
        """As a file has it."""
        self._parts.append(part)
        self._size += len(part)
        if self._size >= PIECE:
            self.flush()
        return len(part)

    def flush(self) -> None:
        """Hand on what was gathered."""
        if self._parts:
            piece = b"".join(self._parts)
            self._parts, self._size = [], 0
            self.digest.update(piece)
            self._put(piece)


def _rows(table: Table, source: Any, sealer: Sealer) -> str:
    sealer.put(Kind.TABLE, {"name": table.name})
    pieces = Pieces(lambda piece: sealer.put(Kind.ROWS, piece))
    source.copy(table, pieces.write)
    pieces.flush()
    return pieces.digest.hexdigest()


def _file(name: str, sealer: Sealer) -> str:
    sealer.put(Kind.FILE, {"name": name})
    digest = hashlib.sha256()
    for piece in _read(Path(settings.MEDIA_ROOT) / name):
        digest.update(piece)
        sealer.put(Kind.BYTES, piece)
    return digest.hexdigest()


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def digests_now() -> dict[str, str]:
    """What a backup made now would say of each table: to compare what was restored with what was written."""
    found = {}
    with closing(dialect().Source()) as source:
        for table in tables():
            pieces = Pieces(len)
            source.copy(table, pieces.write)
            pieces.flush()
            found[table.name] = pieces.digest.hexdigest()
    return found
