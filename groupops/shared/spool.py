"""The broker of the embedded installation: messages are files in a folder. kombu's filesystem transport, made safe.

kombu opens a message's file under its final name and fills it afterwards: a worker that looks in between takes an empty
file, and dies of it. It also moves what it takes through the machine's temporary folder. Here a file has its name when it
is whole, and is taken by a rename beside it.
"""

import fcntl
import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Puts and takes whole files; one of several readers gets each."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as kombu calls it
        name = f"{time.time_ns():020}_{uuid.uuid4().hex}.{queue}.msg"  # sorted by time, oldest first
        try:
            _write(Path(self.data_folder_out, name), dumps(payload))
        except OSError as error:
            raise ChannelError(f"cannot write to {self.data_folder_out}: {error.strerror}") from error

    def _get(self, queue: str) -> Any:  # type: ignore[override]  # as kombu calls it
        for name in sorted(path.name for path in Path(self.data_folder_in).iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.data_folder_in, f"{name}.{os.getpid()}")
            try:
                Path(self.data_folder_in, name).rename(taken)
            except FileNotFoundError:  # another worker was faster
                continue
            text = taken.read_text(encoding="utf-8")
            taken.unlink()
            try:
                return loads(text)
            except ValueError:  # a full disk; what was due is a row, the next tick finds it
                log.warning("a message of %s bytes could not be read and is dropped", len(text))
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:  # type: ignore[override]  # as kombu calls it
        file = self._exchange_file(exchange)  # type: ignore[attr-defined]  # the stubs lack it
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with (self.control_folder / "lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
            if row not in table:
                _write(file, dumps([row, *table]))


class Transport(filesystem.Transport):
    """`spool://` in a broker's address; groupops.celery gives it that name."""

    Channel = Channel


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    partial.write_text(text, encoding="utf-8")
    partial.rename(path)
