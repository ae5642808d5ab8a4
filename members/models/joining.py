"""群活码: pictures, the way into each group, codes that lead to several groups, and who waits for a place."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.entering import WaitingState
from members.models.sources import Source


class Picture(models.Model):
    """An uploaded picture, checked by members.pictures. In the database: it is small, and a backup has it."""

    content = models.BinaryField()
    mime = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)  # SHA-256, the key of its link
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("picture")
        constraints = [
            models.CheckConstraint(condition=Q(mime__in=["image/png", "image/jpeg", "image/webp"]), name="picture_kind_known"),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="picture_has_size"),
        ]

    def __str__(self) -> str:
        return f"{self.mime} {self.width}×{self.height}"


class Entrance(models.Model):
    """How one comes into a group: a link, a picture that the platform's app scans, or steps. Without a row: as the platform says."""

    group = models.OneToOneField(Group, models.PROTECT, related_name="entrance", primary_key=True)
    link = models.URLField(_("link into the group"), max_length=500, blank=True)
    steps = models.TextField(_("steps"), max_length=1000, blank=True)
    picture = models.ForeignKey(Picture, models.PROTECT, null=True, related_name="entrances", verbose_name=_("picture of the QR code"))
    picture_until = models.DateTimeField(_("the picture expires"), null=True)
    most = models.PositiveIntegerField(_("full at"), null=True)  # members; None: as large as the group should be
    shut = models.BooleanField(_("lets nobody in for now"), default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("way into a group")
        constraints = [
            models.CheckConstraint(condition=Q(most=None) | Q(most__gt=0), name="entrance_most_positive"),
            models.CheckConstraint(condition=Q(picture_until=None) | Q(picture__isnull=False), name="entrance_expiry_of_picture"),
        ]
        indexes: ClassVar = [models.Index(fields=["picture_until"], condition=Q(picture_until__isnull=False), name="entrance_expiring")]

    def __str__(self) -> str:
        return str(self.group)


class JoinCode(models.Model):
    """群活码: a short public address that leads to the first of its groups that is open. One for each channel."""

    code = models.CharField(_("address"), max_length=32, unique=True)
    name = models.CharField(_("name of the code"), max_length=60)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="codes", verbose_name=_("source"))
    pitch = models.TextField(_("what the page says"), max_length=1000, blank=True)
    archived = models.BooleanField(_("no longer offered"), default=False)
    # Said by a person: then whoever joins one of its groups without an inviter came by it (members.joining.inbound).
    alone = models.BooleanField(_("its groups are entered by this code alone"), default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("rotating code")
        indexes: ClassVar = [models.Index(fields=["archived", "-created_at", "-id"], name="code_newest")]
        constraints = [models.CheckConstraint(condition=Q(code__regex=r"^[0-9a-z][0-9a-z-]{2,31}$"), name="code_spelling")]

    def __str__(self) -> str:
        return self.name


class JoinTarget(models.Model):
    """A group to which a code leads, in its order."""

    code = models.ForeignKey(JoinCode, models.CASCADE, related_name="targets", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="join_targets")
    position = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("group of a code")
        ordering: ClassVar = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["code", "group"], name="target_group_once"),
            models.UniqueConstraint(fields=["code", "position"], name="target_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} → {self.group}"


class CodeDay(models.Model):
    """How often a code's page was opened on one day, and how often everything was full. No more is kept of who opens it."""

    code = models.ForeignKey(JoinCode, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    opens = models.PositiveIntegerField(default=0)
    turned_away = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("day of a code")
        constraints = [models.UniqueConstraint(fields=["code", "day"], name="code_day_once")]

    def __str__(self) -> str:
        return f"{self.code_id} {self.day}"


class Waiting(models.Model):
    """Somebody who wanted to come in while all groups of a code were full. How to reach them is sealed, and forgotten after 30 days."""

    code = models.ForeignKey(JoinCode, models.CASCADE, related_name="waiting", db_index=False)
    name = models.CharField(_("name"), max_length=60)
    contact = models.TextField(blank=True)  # sealed; empty once it is forgotten
    contact_shown = models.CharField(_("how to reach them"), max_length=20, blank=True)  # masked
    contact_digest = models.CharField(max_length=64, blank=True)  # the same person does not wait twice
    state = models.CharField(_("state"), max_length=8, choices=WaitingState.choices, default=WaitingState.WAITING)
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="+", verbose_name=_("group"))  # where there is room
    created_at = models.DateTimeField(_("since"))
    called_at = models.DateTimeField(_("room since"), null=True)
    told_at = models.DateTimeField(_("told"), null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("place on a waiting list")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=WaitingState.values), name="waiting_state_known"),
            models.CheckConstraint(
                condition=Q(state="called", group__isnull=False, called_at__isnull=False) | ~Q(state="called"), name="waiting_called_where"
            ),
            models.UniqueConstraint(
                fields=["code", "contact_digest"], condition=Q(state__in=["waiting", "called"]) & ~Q(contact_digest=""), name="waiting_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["code", "created_at", "id"], condition=Q(state="waiting"), name="waiting_in_line"),
            models.Index(fields=["group"], condition=Q(state="called"), name="waiting_called"),
            models.Index(fields=["state", "-created_at", "-id"], name="waiting_by_state"),
            models.Index(fields=["created_at"], condition=~Q(contact=""), name="waiting_to_forget"),
        ]

    def __str__(self) -> str:
        return self.name
