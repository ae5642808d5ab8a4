"""Processes of the product on a test's own database: to be killed, or to race each other."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
PREAMBLE = "import django; django.setup()\n"


def environment(**extra: str) -> dict[str, str]:
    """The environment in which a process finds the test's database and secrets."""
    own = {
        "DJANGO_SETTINGS_MODULE": "groupops.settings",
        "GROUPOPS_STATE": str(settings.STATE_DIR),
        "SECRET_KEY": settings.SECRET_KEY,
        "CREDENTIAL_KEYS": ",".join(settings.CREDENTIAL_KEYS),
        "ALLOW_PRIVATE_TARGETS": "true",
    }
    if connection.vendor == "sqlite":
        own["SQLITE_PATH"] = str(connection.settings_dict["NAME"])
    else:
        place = connection.settings_dict
        own["DATABASE_URL"] = f"postgres://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "SQLITE_PATH"}}
    return kept | own | extra


def run(code: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of the product; it may be killed on its way."""
    command = [sys.executable, "-c", PREAMBLE + code]
    return subprocess.run(command, cwd=ROOT, env=environment(**extra), capture_output=True, text=True, timeout=120, check=False)


WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "WITH", "EXECUTE")  # how statements begin that may write
KILLER = """
import json, os, signal, sys
from datetime import datetime
from django.db import connection
from django.utils.module_loading import import_string
from groupops.shared import clock
from tests.processes import WRITES

def work(task, at, nth):
    written = 0
    def dies(execute, sql, *arguments):
        nonlocal written
        found = execute(sql, *arguments)
        written += sql.lstrip().startswith(WRITES)
        if written == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    clock.now = lambda: datetime.fromisoformat(at)
    with connection.execute_wrapper(dies):
        task()

print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    task = import_string(order.pop("task"))
    child = os.fork()
    if not child:
        work(task, **order)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Killer:
    """A process that forks one worker after another; each is killed with SIGKILL right after its `nth` write to the database."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", PREAMBLE + KILLER]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._said() == "ready"

    def __call__(self, task: str, *, at: str, nth: int) -> int:
        """Run a task (its dotted name) at that time (ISO); returns the worker's exit code: -9 where it was killed, 0 where it had ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"task": task, "at": at, "nth": nth}) + "\n")
        self._process.stdin.flush()
        return int(self._said())

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
