"""The database and the broker: what they are, how large, how quick."""

import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

TIMEOUT = 0.5  # seconds; the page must not hang with a hung Redis
QUEUE = "celery"


@dataclass(frozen=True)
class Database:
    """Kind, bytes, and milliseconds for the smallest question."""

    kind: str
    version: str
    size: int
    latency: float


@dataclass(frozen=True)
class Broker:
    """Kind, whether it answers, and how many rings nobody has taken yet."""

    kind: str
    answers: bool
    waiting: int = 0


def database() -> Database:
    """Two queries."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        latency = (time.perf_counter() - started) * 1000
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
            size, version = cursor.fetchone()
            return Database("PostgreSQL", str(version).split()[0], size, latency)
        cursor.execute("SELECT sqlite_version()")
        version = cursor.fetchone()[0]
    path = Path(str(connection.settings_dict["NAME"]))
    files = [path, path.with_name(f"{path.name}-wal")]
    return Database("SQLite", version, sum(file.stat().st_size for file in files if file.exists()), latency)


def broker() -> Broker:
    """Asked with a short time-out; no query."""
    if settings.REDIS_URL:
        try:
            with Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as redis:
                return Broker("Redis", answers=True, waiting=int(redis.llen(QUEUE)))
        except (RedisError, OSError):
            return Broker("Redis", answers=False)
    folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])
    try:
        return Broker("folder", answers=True, waiting=sum(1 for _file in folder.glob("*.msg")))
    except OSError:
        return Broker("folder", answers=False)
