"""A Redis cache that may be gone: pages go on without it. Only rate limits and short-lived copies live there, never truth."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
PAUSE = 5.0  # seconds without asking after a failure: a hung Redis costs one time-out, not one per request


class ForgivingRedisCache(RedisCache):
    """Misses on reads and pretends on writes while Redis does not answer; asks again every PAUSE seconds."""

    broken_until = 0.0


def _forgiving(method: Callable[..., Any], otherwise: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def ask(self: ForgivingRedisCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < ForgivingRedisCache.broken_until:
            return otherwise(*args, **kwargs)
        try:
            return method(self, *args, **kwargs)
        except (RedisError, OSError) as failure:
            ForgivingRedisCache.broken_until = time.monotonic() + PAUSE
            log.warning("the cache does not answer: %s", failure.__class__.__name__)
            return otherwise(*args, **kwargs)

    return ask


# What each method answers without Redis. `add` says yes: allauth takes it as its lock, and a no would lock everybody out.
OTHERWISE: dict[str, Callable[..., Any]] = {
    "add": lambda *args, **kwargs: True,
    "get": lambda key, default=None, version=None: default,
    "set": lambda *args, **kwargs: None,
    "touch": lambda *args, **kwargs: False,
    "delete": lambda *args, **kwargs: False,
    "get_many": lambda *args, **kwargs: {},
    "has_key": lambda *args, **kwargs: False,
    "incr": lambda key, delta=1, version=None: delta,
    "set_many": lambda *args, **kwargs: [],
    "delete_many": lambda *args, **kwargs: None,
    "clear": lambda *args, **kwargs: False,
}
for _name, _otherwise in OTHERWISE.items():
    setattr(ForgivingRedisCache, _name, _forgiving(getattr(RedisCache, _name), _otherwise))
