"""Connections to platforms, the rooms bound to groups, deliveries, their attempts and receipts."""

import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from groupops.messaging.policy import DeliveryState
from groupops.shared import secretbox


def new_door() -> str:
    """The unguessable part of a connection's webhook address."""
    return secrets.token_urlsafe(24)


class Connection(models.Model):
    """An account on a platform. Its credentials are sealed and never leave by a page."""

    class Health(models.TextChoices):
        """What the last check found; mirrors adapter.Health, plus not checked yet."""

        NEW = "new", _("Not checked yet")
        OK = "ok", _("Working")
        DEGRADED = "degraded", _("Working with limits")
        NEEDS_LOGIN = "needs_login", _("Needs a new login")
        RESTRICTED = "restricted", _("Restricted by the platform")
        DOWN = "down", _("Not reachable")

    name = models.CharField(_("name"), max_length=60, unique=True)
    adapter = models.CharField(_("platform"), max_length=30)
    sealed = models.TextField(blank=True)
    door = models.CharField(max_length=64, unique=True, default=new_door)
    paused = models.BooleanField(_("paused"), default=False)
    health = models.CharField(max_length=12, choices=Health.choices, default=Health.NEW)
    health_line = models.CharField(max_length=300, blank=True)
    account = models.CharField(_("account"), max_length=255, blank=True)  # as the platform names it
    # The platform asked for a pause, or did not answer: nothing is claimed before this.
    resting_until = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    last_event_at = models.DateTimeField(null=True)
    # Where fetch_events continues; written in the transaction that stores the events.
    cursor = models.TextField(blank=True)
    # One worker at a time fetches, one processes: leases in the database's own time.
    fetch_lease = models.DateTimeField(null=True)
    inbox_lease = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("connection")

    def __str__(self) -> str:
        return self.name

    @property
    def credentials(self) -> dict[str, Any]:
        """The unsealed credentials. Raises SecretsUnreadable."""
        return secretbox.unseal(self.sealed)


class Binding(models.Model):
    """Which room of which connection is a group."""

    group = models.OneToOneField(Group, models.PROTECT, related_name="binding")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="bindings")
    remote_id = models.CharField(_("room id"), max_length=255)
    remote_name = models.CharField(max_length=200, blank=True)
    remote_size = models.PositiveIntegerField(null=True)
    flagged = models.CharField(max_length=300, blank=True)  # why the target is doubted
    bound_at = models.DateTimeField()

    class Meta:
        verbose_name = _("binding")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="binding_room_once")]

    def __str__(self) -> str:
        return f"{self.group} → {self.remote_name or self.remote_id}"


class Delivery(models.Model):
    """One outside effect: a row before it is a call. `key` is a hash of the intention, unique for ever."""

    key = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=30)  # a key of settings.DELIVERY_KINDS
    subject_id = models.BigIntegerField()  # what the purpose is about, e.g. the post
    group = models.ForeignKey(Group, models.PROTECT, related_name="deliveries")
    connection = models.ForeignKey(Connection, models.PROTECT, null=True, related_name="deliveries")
    text = models.TextField()
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.DUE)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # afterwards it lapses as a visible `missed`
    not_before = models.DateTimeField(null=True)  # retry no earlier
    attempts = models.PositiveSmallIntegerField(default=0)
    forgiven = models.PositiveSmallIntegerField(default=0)  # attempts that no longer count: a person said "again" after them
    fence = models.UUIDField(null=True, db_index=True)  # the claim; a result counts only under the fence it was made with
    lease_until = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True)  # the reason of the present state, for people
    # A person's decision can be taken back until then, to this state.
    undo_state = models.CharField(max_length=16, blank=True)
    undo_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="planned"), name="delivery_ripening"),
            models.Index(fields=["connection", "due_at", "id"], condition=Q(state__in=["due", "retry"]), name="delivery_claimable"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="delivery_leased"),
            models.Index(fields=["expires_at"], condition=Q(state__in=["due", "retry", "waiting_person"]), name="delivery_lapsing"),
            models.Index(fields=["not_before"], condition=Q(state="unknown"), name="delivery_to_look_up"),
            models.Index(fields=["state", "-due_at", "-id"], name="delivery_by_state"),
            models.Index(fields=["group", "-due_at", "-id"], name="delivery_of_group"),
            models.Index(fields=["-due_at", "-id"], name="delivery_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(fence__isnull=False, lease_until__isnull=False), name="delivery_claim_fenced"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} → {self.group}"


class Attempt(models.Model):
    """One call, or try at one."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="tries")
    fence = models.UUIDField()  # of the claim it was made under
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=30, blank=True)  # an outcome's or an error's name
    code = models.CharField(max_length=60, blank=True)  # the platform's own
    line = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number}"


class Receipt(models.Model):
    """The proof that a delivery was sent: the remote id, or the person who confirmed it."""

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="receipt")
    remote_id = models.CharField(max_length=255, blank=True)
    parts = models.JSONField(default=list)  # the remote id of each part, where a long text went in several
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(remote_id="") | Q(confirmed_by__isnull=False), name="receipt_proves")]

    def __str__(self) -> str:
        return self.remote_id or str(self.confirmed_by)
