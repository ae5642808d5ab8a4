"""Audit entries and their seals, idempotency keys, heartbeats, alarms."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# What the chain covers of an entry, and the heartbeat that remembers the last link.
ENTRY_FIELDS = ("id", "at", "by_id", "verb", "target_type", "target_id", "target_label", "group_id", "source", "detail_digest")
HEAD = "audit-seal"


class AuditEntry(models.Model):
    """One act of a person (or of the machine). Append-only; what was changed lies beside it in AuditDetail."""

    at = models.DateTimeField(_("time"))
    # DO_NOTHING: an actor is never deleted, only deactivated; the trigger would refuse SET_NULL anyway.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", verbose_name=_("who"))
    verb = models.CharField(_("what"), max_length=60)
    target_type = models.CharField(_("kind of object"), max_length=60)
    target_id = models.CharField(max_length=60)
    target_label = models.CharField(_("object"), max_length=200)
    # Not a foreign key: groups lies above. Kept for "the trail of this group" and its access rule.
    group_id = models.BigIntegerField(null=True)
    source = models.CharField(_("from where"), max_length=80, blank=True)
    detail_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["group_id", "-at", "-id"], name="audit_of_group"),
            models.Index(fields=["target_type", "target_id"], name="audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.label}"

    @property
    def label(self) -> str:
        """What the object was called: of a human it lies beside the chain and can be erased, then the number is left."""
        detail: AuditDetail | None = getattr(self, "detail", None)
        return self.target_label or (detail.label if detail else "") or f"#{self.target_id}"


class AuditDetail(models.Model):
    """What an act changed. May be erased with a person's data; the entry keeps the digest, so the chain still verifies."""

    entry = models.OneToOneField(AuditEntry, models.DO_NOTHING, related_name="detail", primary_key=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    label = models.CharField(max_length=200, blank=True, default="")  # of an object that names a human (settings.PERSONAL_LABELS)

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.before} → {self.after}"


class AuditUnsealed(models.Model):
    """An entry that waits for its seal. A letterbox, so that sealing costs by what is new and not by what is there."""

    entry = models.OneToOneField(AuditEntry, models.DO_NOTHING, related_name="+", primary_key=True)

    def __str__(self) -> str:
        return str(self.entry_id)


class AuditSeal(models.Model):
    """One link of the hash chain: digest = sha256(previous digest, this link, the entry). Written by the sealer alone."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, models.DO_NOTHING, related_name="seal")
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"


APPEND_ONLY: dict[str, tuple[str, ...]] = {
    AuditEntry._meta.db_table: ("UPDATE", "DELETE"),
    AuditSeal._meta.db_table: ("UPDATE", "DELETE"),
    AuditDetail._meta.db_table: ("UPDATE",),  # erasing a person deletes details
}


class Tombstone(models.Model):
    """A human was erased. By the keyed hash of the remote id we know them again, and call them by the alias."""

    digest = models.CharField(max_length=64)
    alias = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="tombstone_once"),
            models.UniqueConstraint(fields=["alias"], name="tombstone_alias_once"),
        ]

    def __str__(self) -> str:
        return self.alias


class IdempotencyKey(models.Model):
    """The first answer to a request, given again to its repeats."""

    scope = models.CharField(max_length=120)  # user and address
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)  # of the body: the same key with another body is refused
    # Sealed like credentials: an answer may show a new API token. Empty while the first request is at work.
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class Heartbeat(models.Model):
    """When a part of the machine last showed that it lives."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Alarm(models.Model):
    """Something a person must look at. One open alarm per key; it closes when the cause is gone."""

    class Severity(models.TextChoices):
        """How loud."""

        NOTICE = "notice", _("Notice")
        WARNING = "warning", _("Warning")
        CRITICAL = "critical", _("Critical")

    key = models.CharField(max_length=160)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    # The machine raises it, each reader reads it in their own language: an English msgid and what to fill in.
    msgid = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    group_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(closed_at=None), name="alarm_open_once"),
            models.CheckConstraint(condition=Q(severity__in=["notice", "warning", "critical"]), name="alarm_severity_known"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        params: dict[str, Any] = self.params
        return gettext(self.msgid) % params if params else gettext(self.msgid)
