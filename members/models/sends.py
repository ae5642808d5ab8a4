"""Messages to segments, and whom each is for."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.identity import Person
from members.models.membership import Membership
from members.models.surveys import MemberForm
from members.models.tags import NAME_LENGTH, Segment
from members.sending import LONGEST, SendState

USER = settings.AUTH_USER_MODEL


class SegmentSend(models.Model):
    """A message to everybody who was in a segment when it was written. Who comes into the segment later gets nothing of it."""

    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, related_name="sends")
    title = models.CharField(_("segment"), max_length=NAME_LENGTH)  # as it was called
    query = models.JSONField(default=dict)  # as it asked
    text = models.TextField(_("message"), max_length=LONGEST)
    form = models.ForeignKey(MemberForm, models.PROTECT, null=True, related_name="sends", verbose_name=_("form"))
    state = models.CharField(_("state"), max_length=7, choices=SendState.choices)
    size = models.PositiveIntegerField(_("receivers"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("written"))
    needs_second = models.BooleanField(default=False)
    second_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    second_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("message to a segment")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SendState.values), name="segment_send_state_known"),
            models.CheckConstraint(condition=~Q(text=""), name="segment_send_says_something"),
            models.CheckConstraint(
                condition=~Q(state="on_way") | Q(needs_second=False) | Q(second_by__isnull=False), name="segment_send_second_asked"
            ),
            models.CheckConstraint(condition=Q(second_by=None) | ~Q(second_by=F("by")), name="segment_send_second_is_another"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="segment_send_newest"),
            models.Index(fields=["at"], condition=Q(state="waiting"), name="segment_send_waiting"),
        ]

    def __str__(self) -> str:
        return self.title


class SegmentReceiver(models.Model):
    """Whom a message is for: each human once. Its delivery says what became of it."""

    send = models.ForeignKey(SegmentSend, models.CASCADE, related_name="receivers", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    human = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    by_machine = models.BooleanField()  # whether the platform could say it when it was written
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("receiver of a message")
        constraints = [models.UniqueConstraint(fields=["send", "human"], name="segment_receiver_once")]
        indexes: ClassVar = [models.Index(fields=["send", "id"], name="segment_receiver_of_send")]

    def __str__(self) -> str:
        return f"{self.send} → {self.membership}"
