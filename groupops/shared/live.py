"""Tell open pages that something changed. No data travels: a page that hears "deliveries" asks for its own part again, as its reader."""

import logging
import time
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
# What may have changed. Whoever writes one of these publishes it: outbox and moves, the pipeline, alarms, marks.
DELIVERIES, EVENTS, ALARMS, MARKS = "deliveries", "events", "alarms", "marks"
TOPICS = (DELIVERIES, EVENTS, ALARMS, MARKS)
TIMEOUT = 0.5  # seconds for a Redis that does not answer
PAUSE = 5.0  # seconds without trying after a failure: a hung Redis costs one time-out, not one per commit
APART = 0.1  # seconds between two words about one topic; shorter than the streams gather (streams.GATHER), so nothing is lost
_quiet_until = 0.0
_last: dict[str, float] = {}


def publish(topic: str) -> None:
    """Say after the commit that `topic` changed; without Redis nobody listens. Never raises for Redis: pages also look by themselves."""
    if settings.REDIS_URL:
        transaction.on_commit(lambda: _tell(topic), robust=True)


def channel() -> str:
    """Where it is said. Channels know no databases: installations that share a Redis must not hear each other."""
    return f"groupops:live:{urlsplit(settings.REDIS_URL).path.strip('/') or 0}"


@lru_cache(maxsize=1)
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)


def _tell(topic: str) -> None:
    global _quiet_until  # noqa: PLW0603  (one breaker per process)
    now = time.monotonic()
    if now < _quiet_until or now - _last.get(topic, 0.0) < APART:
        return
    _last[topic] = now
    try:
        _redis().publish(channel(), topic)
    except (RedisError, OSError) as failure:
        _quiet_until = time.monotonic() + PAUSE
        log.warning("nobody can be told what changed: %s", failure.__class__.__name__)
