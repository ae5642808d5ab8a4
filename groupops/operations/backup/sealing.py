"""The file: a plain header that names the key, then sealed frames. A frame that was changed, moved or cut off is noticed."""

import base64
import hmac
import json
import struct
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from enum import IntEnum
from typing import IO, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.utils.translation import gettext_lazy as _

from groupops.shared import secretbox
from groupops.shared.errors import Refused

MAGIC = b"GROUPOPS BACKUP\n"
FORMAT = 1
WORKERS, AHEAD = 2, 6  # threads that pack and seal, frames under way: zlib and OpenSSL let go of the interpreter
LONGEST = 64 * 1024 * 1024  # no frame is longer; a damaged length must not ask for the machine's memory
LENGTH, MARK = struct.Struct(">I"), struct.Struct(">BQ")


class Kind(IntEnum):
    """What a frame holds."""

    MANIFEST = 1  # JSON: tables, columns, rows, migrations, sequences
    TABLE = 2  # JSON: which table the rows that follow are of
    ROWS = 3  # whole lines in PostgreSQL's text format
    FILE = 4  # JSON: which uploaded file the bytes that follow are of
    BYTES = 5
    END = 6  # JSON: digests of what was written; without it the file was cut off


class Unreadable(Refused):
    """Not a backup, damaged, or cut off."""

    code = "backup_unreadable"


class WrongKey(Refused):
    """None of the keys at hand sealed it."""

    code = "backup_wrong_key"


def key_id(key: str) -> str:
    """How a key is called in the open: twelve letters that tell nothing of it."""
    return hmac.digest(key.encode(), b"groupops backup key", "sha256").hex()[:12]


class Sealer:
    """Writes frames in order; packing and sealing happen in threads beside the caller."""

    def __init__(self, file: IO[bytes], *, keys: Sequence[str], header: dict[str, Any]) -> None:
        self._file, self._box, self._number = file, secretbox.fernet(keys[0]), 0
        self._pool = ThreadPoolExecutor(WORKERS)
        self._pending: deque[Future[bytes]] = deque()
        line = json.dumps({"format": FORMAT, **header}, ensure_ascii=False).encode()
        file.write(MAGIC + line + b"\n")

    def put(self, kind: Kind, payload: bytes | dict[str, Any]) -> None:
        """One frame more."""
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self._pending.append(self._pool.submit(_sealed, self._box, kind, self._number, content))
        self._number += 1
        while len(self._pending) > AHEAD:
            self._write()

    def close(self) -> None:
        """Everything is in the file."""
        while self._pending:
            self._write()
        self._pool.shutdown()

    def _write(self) -> None:
        token = self._pending.popleft().result()
        self._file.write(LENGTH.pack(len(token)) + token)


def _sealed(box: Fernet, kind: Kind, number: int, payload: bytes) -> bytes:
    return base64.urlsafe_b64decode(box.encrypt(MARK.pack(kind, number) + zlib.compress(payload, 1)))


def header_of(file: IO[bytes]) -> dict[str, Any]:
    """What stands in the open: when it was made, by which version, from which database, and where its key lives. Raises Unreadable."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Unreadable(_("This is not a backup of GroupOps."))
    try:
        header: dict[str, Any] = json.loads(file.readline(100_000))
        known = header["format"] == FORMAT and isinstance(header["key"], dict)
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise Unreadable(_("The head of the backup is damaged, or a newer version of GroupOps wrote it."))
    return header


def frames(file: IO[bytes], *, header: dict[str, Any], keys: Sequence[str]) -> Iterator[tuple[Kind, bytes]]:
    """The frames behind the header, read ahead of the caller. Raises WrongKey, Unreadable."""
    named = header["key"].get("id")
    fitting = [key for key in keys if key_id(key) == named]
    if not fitting:
        told = {"id": named, "home": header["key"].get("home"), "site": header.get("site"), "mine": ", ".join(map(key_id, keys)) or "-"}
        message = _(
            "The backup is sealed with key %(id)s, and none of the keys here is it (%(mine)s). It lay in %(home)s of %(site)s: "
            "give it with --key-file FILE, or in BACKUP_KEYS."
        )
        raise WrongKey(message % told)
    box = MultiFernet([secretbox.fernet(key) for key in fitting])
    with ThreadPoolExecutor(WORKERS) as pool:
        pending: deque[Future[tuple[Kind, bytes]]] = deque()
        for number, token in enumerate(_tokens(file)):
            pending.append(pool.submit(_opened, box, number, token))
            if len(pending) > AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def _tokens(file: IO[bytes]) -> Iterator[bytes]:
    while head := file.read(LENGTH.size):
        size = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else LONGEST + 1
        token = file.read(size) if size <= LONGEST else b""
        if len(token) != size:
            raise Unreadable(_("The backup is damaged or was cut off."))
        yield token


def _opened(box: MultiFernet, number: int, token: bytes) -> tuple[Kind, bytes]:
    try:
        plain = box.decrypt(base64.urlsafe_b64encode(token))
        kind, stands = MARK.unpack_from(plain)
        if stands == number:
            return Kind(kind), zlib.decompress(plain[MARK.size :])
    except (InvalidToken, ValueError, zlib.error, struct.error):
        pass
    raise Unreadable(_("The backup is damaged: frame %(number)d does not open.") % {"number": number})
