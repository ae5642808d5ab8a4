"""Questions with what became of them, and who greeted which newcomer."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0004_group_sandbox"),
        ("inbound", "0002_event_key_by_bytes"),
        ("members", "0002_room_for_updates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Greeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "membership",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="greeting", to="members.membership"),
                ),
            ],
            options={
                "verbose_name": "greeting of a newcomer",
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cue",
                    models.CharField(
                        choices=[
                            ("request", "asks for help"),
                            ("why", "asks how or why"),
                            ("what", "asks what, which, when or where"),
                            ("whether", "asks whether"),
                            ("english", "asks in English"),
                            ("particle", "ends like a question"),
                            ("mark", "has a question mark"),
                        ],
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("last_asked_at", models.DateTimeField()),
                ("times", models.PositiveSmallIntegerField(default=1)),
                ("due_at", models.DateTimeField(verbose_name="to be answered by")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Waiting for an answer"), ("answered", "Answered"), ("closed", "Closed")],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("reply", "by a reply"),
                            ("mention", "by a mention"),
                            ("followed", "by what was said next"),
                            ("staff", "answered elsewhere"),
                            ("misjudged", "not a question"),
                            ("lapsed", "nobody answered in time"),
                        ],
                        default="",
                        max_length=9,
                        verbose_name="how",
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                ("waited", models.PositiveIntegerField(null=True, verbose_name="waited")),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="inbound.storedevent"),
                ),
                (
                    "answered_by",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="members.membership"),
                ),
                (
                    "event",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="inbound.storedevent"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="questions", to="groups.group"
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="members.membership"),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken on by",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["group", "asked_at"], name="question_waiting_in_group"),
                    models.Index(condition=models.Q(("state", "open")), fields=["asked_at", "id"], name="question_waiting"),
                    models.Index(fields=["group", "-asked_at", "-id"], name="question_of_group"),
                    models.Index(fields=["state", "-asked_at", "-id"], name="question_by_state"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("state__in", ["open", "answered", "closed"])), name="question_state_known"),
                    models.CheckConstraint(
                        condition=models.Q(("how__in", ["", "reply", "mention", "followed", "staff", "misjudged", "lapsed"])),
                        name="question_how_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cue__in", ["request", "why", "what", "whether", "english", "particle", "mark"])),
                        name="question_cue_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how", ""), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), models.Q(("how", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="question_settled_says_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "answered"), _negated=True), ("answered_at__gte", models.F("asked_at")), _connector="OR"
                        ),
                        name="question_answered_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_asked_at__gte", models.F("asked_at")), ("times__gte", 1)), name="question_asked_ordered"
                    ),
                ],
            },
        ),
    ]
