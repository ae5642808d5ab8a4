"""Processes of the product on a test's own database: to be killed, or to race each other."""

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
