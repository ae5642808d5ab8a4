"""Stored events: what a platform told us, once each, with what became of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from groupops.messaging.models import Connection


class EventState(models.TextChoices):
    """What became of an event."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Understood")
    DROPPED = "dropped", _("Not counted")  # own echo, or a room that is not bound
    PARKED = "parked", _("Parked")  # it broke the pipeline; a person replays it


class StoredEvent(models.Model):
    """One event under its unique key. The door stores it raw and answers; the pipeline understands it later."""

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="events", db_index=False)
    event_key = models.CharField(max_length=255)  # on PostgreSQL in collation "C": migration 0002
    kind = models.CharField(max_length=20)  # adapter.EventKind
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="events", db_index=False)
    remote_group = models.CharField(max_length=255)
    remote_user = models.CharField(max_length=255, blank=True)
    user_name = models.CharField(max_length=200, blank=True)
    operator = models.CharField(max_length=255, blank=True, default="")  # who did it to them: invited, removed
    remote_message = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
    how = models.CharField(max_length=10, blank=True)
    own = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    raw = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=EventState.choices, default=EventState.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    person_id = models.BigIntegerField(null=True)  # members lies above; the pipeline writes whom it resolved
    # What each step did: [[number of the wording, {…}], number, …]; until migration 0005 [{"step": …, "did": msgid, "with": {…}}].
    # queries.notes_of reads both.
    trace = models.JSONField(default=list)

    class Meta:
        verbose_name = _("event")
        constraints = [
            models.UniqueConstraint(fields=["connection", "event_key"], name="event_once"),
            models.CheckConstraint(condition=Q(state__in=EventState.values), name="event_state_known"),
            models.CheckConstraint(condition=Q(state="dropped") | Q(group__isnull=False), name="event_counted_has_group"),
        ]
        indexes = [
            models.Index(fields=["connection", "id"], condition=Q(state="pending"), name="event_pending"),
            models.Index(fields=["id"], condition=Q(state="parked"), name="event_parked"),
            models.Index(fields=["group", "-occurred_at", "-id"], name="event_of_group"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_key}"


class Emptied(models.Model):
    """How far the texts of a group (None: of rooms that no group is bound to) are emptied, and of how many messages so far."""

    group = models.OneToOneField(Group, models.CASCADE, null=True, related_name="emptied")
    until = models.DateTimeField()  # everything settled that was said before this has no text any more
    messages = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(Coalesce("group", 0), name="emptied_once")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.until}"


class Wording(models.Model):
    """What a step says of an event, once for all the events it says it of. Its number is made of the words: policy.wording."""

    number = models.BigIntegerField(primary_key=True)
    step = models.CharField(max_length=120)
    did = models.TextField()  # the msgid

    class Meta:
        verbose_name = _("wording")

    def __str__(self) -> str:
        return f"{self.step}: {self.did}"
