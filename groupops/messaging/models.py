"""Connections to platforms, the rooms bound to groups, deliveries, their attempts and receipts, and what holds them back."""

import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from groupops.messaging.adapter import Operation, Scope
from groupops.messaging.policy import BREAKS_AT, DeliveryState, Sort, Step
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
    failures = models.PositiveSmallIntegerField(default=0)  # calls in a row that the platform did not answer: the breaker counts them
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
    def is_broken(self) -> bool:
        """Whether the breaker is open: calls in a row without an answer."""
        return self.failures >= BREAKS_AT

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
    flagged = models.CharField(max_length=300, blank=True)  # what is wrong with the room, for people; nothing is held back
    # The room does not look like the one that was bound (other name, other size): acts wait until a person has looked.
    mismatch = models.CharField(max_length=300, blank=True)
    counted_at = models.DateTimeField(null=True)  # when the list of its members was last compared with what we know
    counting_until = models.DateTimeField(null=True)  # nobody else compares it before: a worker is at it, or a look failed
    verified_at = models.DateTimeField(null=True)  # when the room was last seen to be the one that was bound
    # What the live account may do there: {operation: the fields of adapter.Capability}, as of abilities_at.
    abilities = models.JSONField(default=dict)
    abilities_at = models.DateTimeField(null=True)
    bound_at = models.DateTimeField()

    class Meta:
        verbose_name = _("binding")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="binding_room_once")]

    def __str__(self) -> str:
        return f"{self.group} → {self.remote_name or self.remote_id}"


class Delivery(models.Model):
    """One outside effect: a row before it is a call. `key` is a hash of the intention, unique for ever.

    A send writes its row three times, so an index costs three times: each of them is here for a query that is named beside it.
    """

    key = models.CharField(max_length=64)
    purpose = models.CharField(max_length=30)  # a key of settings.DELIVERY_KINDS
    subject_id = models.BigIntegerField()  # what the purpose is about, e.g. the post
    group = models.ForeignKey(Group, models.PROTECT, related_name="deliveries", db_index=False)
    connection = models.ForeignKey(Connection, models.PROTECT, null=True, related_name="deliveries", db_index=False)
    operation = models.CharField(max_length=20, choices=Operation.choices, default=Operation.SEND_GROUP)  # what was asked for
    user = models.CharField(max_length=255, blank=True)  # remote id of the person it is about
    user_name = models.CharField(max_length=200, blank=True)  # as people know them, for doing it by hand
    message = models.CharField(max_length=255, blank=True)  # remote id of the message it is about
    until = models.DateTimeField(null=True)  # the end of a mute
    text = models.TextField(blank=True)
    text_key = models.CharField(max_length=64, blank=True)  # policy.text_key: the same words, however spaced
    # What is done instead of what was asked, and why; empty: as asked.
    step = models.CharField(max_length=12, blank=True, choices=Step.choices)
    degraded = models.CharField(max_length=300, blank=True)
    urgent = models.BooleanField(default=False)  # quiet hours do not hold it
    insisted = models.BooleanField(default=False)  # a person has seen the doubt about it and wants it all the same
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)  # who does it by hand
    taken_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.DUE)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # afterwards it lapses as a visible `missed`
    not_before = models.DateTimeField(null=True)  # retry no earlier
    attempts = models.PositiveSmallIntegerField(default=0)
    forgiven = models.PositiveSmallIntegerField(default=0)  # attempts that no longer count: a person said "again" after them
    fence = models.UUIDField(null=True)  # the claim; a result counts only under the fence it was made with
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
            # Claims, which are few at a time. Not by their lease: it is renewed before each call.
            models.Index(fields=["id"], condition=Q(state="claimed"), name="delivery_claimed"),
            models.Index(fields=["taken_by"], condition=Q(taken_by__isnull=False), name="delivery_taken"),
            models.Index(fields=["expires_at"], condition=Q(state__in=["due", "retry", "waiting_person"]), name="delivery_lapsing"),
            models.Index(fields=["not_before"], condition=Q(state="unknown"), name="delivery_to_look_up"),
            models.Index(fields=["state", "-due_at", "-id"], name="delivery_by_state"),
            models.Index(fields=["group", "-due_at", "-id"], name="delivery_of_group"),
            models.Index(fields=["-due_at", "-id"], name="delivery_newest"),
            models.Index(fields=["text_key", "group"], condition=~Q(text_key=""), name="delivery_same_text"),
        ]
        constraints = [
            # Not `unique=True`, which on PostgreSQL makes a second index for LIKE.
            models.UniqueConstraint(fields=["key"], name="delivery_key_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(fence__isnull=False, lease_until__isnull=False), name="delivery_claim_fenced"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} → {self.group}"


class Attempt(models.Model):
    """One call, or try at one."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="tries", db_index=False)  # found by attempt_number_once
    fence = models.UUIDField()  # of the claim it was made under
    number = models.PositiveSmallIntegerField()
    calls = models.PositiveSmallIntegerField(default=1)  # of the platform: one a part; rate limits count them
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=30, blank=True)  # an outcome's or an error's name
    code = models.CharField(max_length=60, blank=True)  # the platform's own
    line = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["started_at"], name="attempt_recent")]
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number}"


class Receipt(models.Model):
    """The proof that a delivery was sent: the remote id, or the person who confirmed it."""

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="receipt")
    remote_id = models.CharField(max_length=255, blank=True)
    parts = models.JSONField(default=list)  # the remote id of each part, where a long text went in several
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(remote_id="") | Q(confirmed_by__isnull=False), name="receipt_proves")]

    def __str__(self) -> str:
        return self.remote_id or str(self.confirmed_by)


class Limit(models.Model):
    """At most `times` acts in `seconds`, by the whole connection or by each group: the platform's rule, or a person's own."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="limits")
    scope = models.CharField(max_length=12, choices=Scope.choices, default=Scope.CONNECTION)
    times = models.PositiveIntegerField(_("acts"))
    seconds = models.PositiveIntegerField(_("in seconds"))
    source = models.CharField(max_length=300, blank=True)  # who says so

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "scope", "seconds"], name="limit_once"),
            models.CheckConstraint(condition=Q(times__gt=0, seconds__gt=0, seconds__lte=86400), name="limit_sensible"),
        ]

    def __str__(self) -> str:
        return f"{self.times}/{self.seconds} s"


class Pause(models.Model):
    """A person has said stop: to everything, to a connection or to a group; speaking and enforcing apart."""

    sort = models.CharField(max_length=10, choices=Sort.choices)
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="pauses")
    group = models.ForeignKey(Group, models.CASCADE, null=True, related_name="pauses")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(connection=None) | Q(group=None), name="pause_one_scope"),
            models.CheckConstraint(condition=Q(sort__in=Sort.values), name="pause_sort_known"),
            models.UniqueConstraint(fields=["sort"], condition=Q(connection=None, group=None), name="pause_all_once"),
            models.UniqueConstraint(fields=["sort", "connection"], condition=Q(connection__isnull=False), name="pause_connection_once"),
            models.UniqueConstraint(fields=["sort", "group"], condition=Q(group__isnull=False), name="pause_group_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sort} · {self.group or self.connection or '*'}"


class Refusal(models.Model):
    """The platform once said "cannot": the capability counts as gone until a person lets it be tried again."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="refusals")
    operation = models.CharField(max_length=20, choices=Operation.choices)
    line = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "operation"], name="refusal_once")]

    def __str__(self) -> str:
        return f"{self.connection}: {self.operation}"


class Order(models.Model):
    """What a person told us to do in a group, outside any plan: recall, mute, remove, announce, say something."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="orders")
    operation = models.CharField(max_length=20, choices=Operation.choices)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")  # None: the end of a mute, by the machine
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["group", "-at", "-id"], name="order_of_group")]

    def __str__(self) -> str:
        return f"{self.get_operation_display()} · {self.group}"
