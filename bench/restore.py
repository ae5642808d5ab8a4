"""Wipe and restore N messages (S20): back up, empty the database of the environment, restore, compare every row.

    .venv/bin/python bench/restore.py --messages 3000000            # SQLite, in a folder of its own
    DATABASE_URL=postgres://… .venv/bin/python bench/restore.py     # an empty PostgreSQL database, which is wiped

The floor is the database's own quickest copy of the same rows, measured in the same run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
RAW = '{"message_type": "group", "message_id": 123456789, "sender": {"user_id": 10001000, "nickname": "小王"}, "time": 1795000000}'
TEXT = "大家早上好，今天的分享在晚上八点开始，记得来"
COLUMNS = (
    "connection_id, event_key, kind, group_id, remote_group, remote_user, user_name, operator, remote_message, text, how, own,"
    " occurred_at, received_at, raw, state, tries, error, trace"
)


def seed(messages: int) -> None:
    """One founder, one group, and the messages, written by the database itself."""
    from django.db import connection

    from groupops.shared import clock
    from tests.factories.accounts import founder
    from tests.factories.messaging import BindingFactory

    founder()
    binding = BindingFactory()
    postgres = connection.vendor == "postgresql"
    series = "generate_series(1, %s) AS s(n)" if postgres else "s"
    with_series = "" if postgres else "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %s)"
    json_of = "CAST(%s AS jsonb)" if postgres else "%s"
    no = "false" if postgres else "0"
    at = "CAST(%s AS timestamptz)" if postgres else "%s"
    sql = f"""
        {with_series} INSERT INTO inbound_storedevent ({COLUMNS})
        SELECT %s, 'event-' || n, 'message.created', %s, 'room', 'user-' || (n %% 5000), '群友' || (n %% 5000), '', 'message-' || n,
               '{TEXT}' || n, '', {no}, {at}, {at}, {json_of}, 'done', 0, '', {json_of} FROM {series}
    """  # noqa: S608
    now = clock.now() if postgres else f"{clock.now():%Y-%m-%d %H:%M:%S.%f}"
    values = [binding.connection_id, binding.group_id, now, now, RAW, "[[1, {}], 2]"]
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute("SET statement_timeout = 0")
        cursor.execute(sql, [*values, messages] if postgres else [messages, *values])


def floor() -> float:
    """Seconds of the database's own copy of the rows, without indexes."""
    from django.db import connection

    started = time.monotonic()
    with connection.cursor() as cursor, tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "postgresql":
            cursor.execute("CREATE TABLE bench_copy AS SELECT * FROM inbound_storedevent")
            taken = time.monotonic() - started
            cursor.execute("DROP TABLE bench_copy")
            return taken
        cursor.execute("VACUUM INTO %s", [str(Path(folder) / "copy.sqlite3")])
    return time.monotonic() - started


def wipe() -> None:
    """Nothing is left, no tables either."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    connection.close()
    if connection.vendor == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{connection.settings_dict['NAME']}{suffix}").unlink()


def main() -> int:
    """Print what each step took; exit code 1 where a row differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3_000_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="groupops-restore-") as state:
        os.environ |= {"GROUPOPS_STATE": state, "DJANGO_SETTINGS_MODULE": "groupops.settings", "LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from groupops.operations.backup import writing
        from groupops.shared import clock

        told: dict[str, Any] = {"database": connection.vendor, "messages": chosen.messages}
        call_command("migrate", verbosity=0, interactive=False)
        seed(chosen.messages)
        told["floor"] = round(floor(), 1)
        before = writing.digests_now()
        written = writing.write(Path(state) / "bench.backup", at=clock.now())
        told |= {"backup": round(written.seconds, 1), "MiB": round(written.size / 1024 / 1024)}
        wipe()
        started = time.monotonic()
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", "restore", str(written.path), "--json"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        told["restore"] = round(time.monotonic() - started, 1)
        told["restored"] = json.loads(done.stdout) if done.stdout.strip() else done.stderr[-2000:]
        now = writing.digests_now()
        allowed = {"messaging_pause", "record_auditentry", "record_auditdetail", "record_auditunsealed", "django_content_type"}
        told["differing"] = sorted(name for name, digest in before.items() if now.get(name) != digest and name not in allowed)
        told["ratio"] = round(told["restore"] / told["floor"], 1)
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return 1 if told["differing"] or done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
