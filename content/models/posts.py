"""Posts: what is said to a group, from the draft to the receipt."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from content.models.schedules import Slot
from content.policy import PostKind, PostState, Why
from groupops.groups.models import Group, KeyMoment


class Post(models.Model):
    """Something said, or to be said, to a group. Until it leaves, `body` still has its placeholders."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="posts_made", verbose_name=_("group"), db_index=False)
    # The slot it came from, or whose text it is: written ahead ("edit one"), it takes the place of the schedule's text.
    slot = models.OneToOneField(Slot, models.PROTECT, null=True, related_name="post")
    # The lapsed or failed post that a person sent anew with this one; one to one, so that it happens once.
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    bundle = models.UUIDField(null=True)  # posts written at once for several groups; edited, approved and moved together
    moment = models.ForeignKey(KeyMoment, models.PROTECT, null=True, related_name="proposed", db_index=False)  # what proposed it
    cause = models.CharField(max_length=80, blank=True)  # of what a machine proposed, so that it happens once: "moment:12:announcement:5"
    kind = models.CharField(_("kind of post"), max_length=12, choices=PostKind.choices)
    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=PostState.choices, default=PostState.SCHEDULED)
    due_at = models.DateTimeField(_("due"))
    released_at = models.DateTimeField(null=True)  # handed to the outbox: from then on its delivery decides, and nobody edits it
    sent_at = models.DateTimeField(_("sent"), null=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("remark"), max_length=200, blank=True)  # what the reviewer asks for, or the author tells
    why = models.CharField(max_length=20, choices=Why.choices, blank=True, default=Why.NONE)  # it was missed without a delivery
    was = models.CharField(max_length=10, blank=True)  # its state before it was cancelled; empty: there is no way back
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # the present text

    class Meta:
        verbose_name = _("post of a group")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PostState.values), name="post_state_known"),
            models.CheckConstraint(condition=Q(kind__in=PostKind.values), name="post_kind_known"),
            models.CheckConstraint(condition=Q(why__in=Why.values), name="post_why_known"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="post_sent_has_time"),
            # What was handed to the outbox is on its way or over: never again a draft.
            models.CheckConstraint(
                condition=Q(released_at=None) | ~Q(state__in=["draft", "review", "approved"]), name="post_released_stays_released"
            ),
            models.UniqueConstraint(fields=["cause"], condition=~Q(cause=""), name="post_cause_once"),
        ]
        indexes = [
            models.Index(fields=["group", "-due_at", "-id"], name="post_of_group"),
            models.Index(fields=["due_at"], condition=Q(state="scheduled", released_at=None), name="post_due"),
            models.Index(fields=["due_at"], condition=Q(state__in=["draft", "review", "approved"]), name="post_in_work"),
            # As slot_by_time; and the list of all posts begins at its end.
            models.Index(fields=["due_at", "state", "kind", "group", "title", "id"], name="post_by_time"),
            models.Index(fields=["slot"], condition=Q(released_at=None, slot__isnull=False), name="post_ahead"),
            models.Index(fields=["bundle"], condition=Q(bundle__isnull=False), name="post_of_bundle"),
        ]

    def __str__(self) -> str:
        return self.title
