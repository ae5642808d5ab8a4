"""Ring for a worker after a commit. A broker that is down or hangs costs next to nothing: beat's tick finds the row anyway."""

import logging
import time
from functools import lru_cache
from typing import Any

from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.pools import producers

log = logging.getLogger(__name__)
PAUSE = 5.0  # seconds without ringing after a failure: a hung broker costs one time-out, not one per request
TIMEOUT = 0.5  # seconds for a broker that does not answer
EXPIRES = 10  # seconds; the tick has long come by then
_quiet: dict[str, float] = {}  # until when we do not ring, per broker


@lru_cache(maxsize=1)
def _line() -> Connection:
    """A broker connection that does not retry: Celery's own keeps a page waiting for six seconds."""
    patience = {"max_retries": 0, "socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
    line: Connection = current_app.connection_for_write(transport_options=patience)
    return line


def ring(task: str, *args: Any) -> bool:
    """Ask a worker for `task` (a dotted name) at once; False where the broker did not take it. Never raises for the broker."""
    line = _line()
    broker = line.as_uri()
    broken: tuple[type[BaseException], ...] = (*line.connection_errors, *line.channel_errors, OperationalError, OSError)
    if time.monotonic() < _quiet.get(broker, 0):
        return False
    try:
        with producers[line].acquire(block=True, timeout=TIMEOUT) as producer:
            current_app.send_task(task, args=args, producer=producer, expires=EXPIRES, ignore_result=True, retry=False)
    except broken as failure:
        _quiet[broker] = time.monotonic() + PAUSE
        log.warning("the broker does not answer: %s", failure.__class__.__name__)
        return False
    return True
