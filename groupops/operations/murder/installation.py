"""A whole installation for one trial: its folder, its environment, its database, and the commands of its processes."""

import os
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg2

from groupops.operations.embedded.ports import free

ROOT = Path(__file__).resolve().parents[3]
CELERY = ("-m", "celery", "-A", "groupops")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")


@dataclass(frozen=True)
class Installation:
    """Where everything is. `server` is the PostgreSQL the scratch database is made on; empty: SQLite in the folder."""

    folder: Path
    server: str
    redis: str
    name: str
    web: int
    platform: int

    @classmethod
    def plan(cls, folder: Path, *, server: str, redis: str) -> "Installation":
        """A new one; nothing is made yet."""
        web = free()
        return cls(folder, server, redis, f"groupops_murder_{uuid.uuid4().hex[:12]}", web, free(web + 1))

    @property
    def database(self) -> str:
        """The DATABASE_URL; empty on the embedded default."""
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{self.name}")) if self.server else ""

    @property
    def environment(self) -> dict[str, str]:
        """What its processes run in: nothing of the environment of a real installation."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GROUPOPS_") and name not in SETTINGS}
        own = {
            "DJANGO_SETTINGS_MODULE": "groupops.settings",
            "GROUPOPS_STATE": str(self.folder),
            "GROUPOPS_URL": self.address,
            "GROUPOPS_FAKE_PLATFORM_URL": f"http://127.0.0.1:{self.platform}",
            "API_RATE": "1000000/min",
        }
        return inherited | own | ({"DATABASE_URL": self.database, "REDIS_URL": self.redis} if self.server else {})

    @property
    def address(self) -> str:
        """The product's own."""
        return f"http://127.0.0.1:{self.web}"

    @property
    def disk(self) -> Path:
        """The fake platform's log: where lost and doubled are counted."""
        return self.folder / "fake-platform" / "platform.jsonl"

    def commands(self) -> dict[str, list[str]]:
        """Every process by its name; the platform is never killed, it is the witness."""
        gunicorn = ["-m", "gunicorn", "groupops.wsgi", "--bind", f"127.0.0.1:{self.web}", "--worker-class", "gthread", "--threads", "4"]
        return {
            "platform": [sys.executable, "manage.py", "fake_platform", "--port", str(self.platform)],
            "web": [sys.executable, *gunicorn, "--no-control-socket"],
            **self._workers(),
            "beat": [sys.executable, *CELERY, "beat", "--pidfile=", "--schedule", str(self.folder / "beat"), "--loglevel", "WARNING"],
        }

    def _workers(self) -> dict[str, list[str]]:
        """Two in all, as the two kinds of installation have them."""
        if self.server:
            return {"worker": [sys.executable, *CELERY, "worker", "--pool", "prefork", "--concurrency", "2", *QUIET]}
        names = ("worker1", "worker2")
        return {name: [sys.executable, *CELERY, "worker", "--pool", "solo", "--hostname", f"{name}@%h", *QUIET] for name in names}

    def create(self) -> None:
        """Make the database and migrate it."""
        if self.server:
            self._on_server(f'CREATE DATABASE "{self.name}"')
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=self.environment, check=True)  # noqa: S603

    def drop(self) -> None:
        """Take the scratch database away; the folder is its maker's."""
        if self.server:
            self._on_server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _on_server(self, statement: str) -> None:
        connection = psycopg2.connect(self.server)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    def order(self, method: str, path: str, **body: object) -> None:
        """Tell the fake platform something."""
        url = f"http://127.0.0.1:{self.platform}{path}"
        httpx.request(method, url, json=body, timeout=10, trust_env=False).raise_for_status()


SETTINGS = ("DATABASE_URL", "REDIS_URL", "SQLITE_PATH", "SECRET_KEY", "CREDENTIAL_KEYS", "DJANGO_SETTINGS_MODULE")
