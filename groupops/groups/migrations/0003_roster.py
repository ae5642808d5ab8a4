"""The duty roster (值守表)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("groups", "0002_kinds"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="RosterShift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weekdays", models.PositiveSmallIntegerField(verbose_name="weekdays")),
                ("start", models.PositiveSmallIntegerField(verbose_name="from")),
                ("end", models.PositiveSmallIntegerField(verbose_name="until")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="shifts", to="groups.group"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shifts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="on duty",
                    ),
                ),
            ],
            options={
                "verbose_name": "shift",
                "indexes": [models.Index(fields=["group", "since"], name="shift_of_group")],
                "constraints": [
                    models.CheckConstraint(condition=Q(weekdays__gte=1, weekdays__lte=127), name="shift_weekdays_mask"),
                    models.CheckConstraint(condition=Q(end__gt=F("start"), end__lte=24), name="shift_hours_ordered"),
                    models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="shift_times_ordered"),
                    models.UniqueConstraint(
                        fields=["group", "user", "weekdays", "start", "end"], condition=Q(until=None), name="shift_once"
                    ),
                ],
            },
        ),
    ]
