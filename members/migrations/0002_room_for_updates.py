"""Pages of memberships and of daily activity keep room: a row that is counted up stays on its page and leaves its indexes alone."""

from typing import Any

from django.db import migrations

TABLES = ("members_membership", "members_dailyactivity")


def make_room(apps: Any, schema_editor: Any) -> None:
    """For pages that are filled from now on."""
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"ALTER TABLE {table} SET (fillfactor = 75)")


def fill_up(apps: Any, schema_editor: Any) -> None:
    """As PostgreSQL does it by itself."""
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"ALTER TABLE {table} RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(make_room, fill_up)]
