"""The sandbox."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("groups", "0004_group_sandbox"),
        ("messaging", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sandbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("clock", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("connection", models.OneToOneField(on_delete=PROTECT, related_name="sandbox", to="messaging.connection")),
                ("group", models.OneToOneField(on_delete=PROTECT, related_name="sandbox_of", to="groups.group")),
            ],
            options={"verbose_name": "sandbox"},
        ),
    ]
