"""The unique key of events is compared byte by byte: ids of remote systems have no language, and its index is the hottest there is."""

from typing import Any

from django.db import migrations


def collate(collation: str) -> Any:
    """An operation's function that gives event_key this collation; SQLite compares bytes anyway."""

    def change(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f'ALTER TABLE inbound_storedevent ALTER COLUMN event_key TYPE varchar(255) COLLATE "{collation}"')

    return change


class Migration(migrations.Migration):
    dependencies = [("inbound", "0001_initial")]
    operations = [migrations.RunPython(collate("C"), collate("default"))]
