"""A send writes its delivery three times: fewer indexes, and room on the page for what leaves the indexes alone."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = ("messaging_delivery", "messaging_attempt")


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

    dependencies = [
        ('groups', '0002_kinds'),
        ('messaging', '0002_acts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(make_room, fill_up),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_leased',
        ),
        migrations.AlterField(
            model_name='attempt',
            name='delivery',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='messaging.delivery'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='connection',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='messaging.connection'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='fence',
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='group',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='groups.group'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='key',
            field=models.CharField(max_length=64),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='taken_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='receipt',
            name='confirmed_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'claimed')), fields=['id'], name='delivery_claimed'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('taken_by__isnull', False)), fields=['taken_by'], name='delivery_taken'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('key',), name='delivery_key_once'),
        ),
    ]
