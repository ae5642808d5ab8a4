"""Tags of members, notes about them, and saved segments."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from members.models.membership import Membership

NAME_LENGTH = 30
NOTE_LENGTH = 2000


class Segment(models.Model):
    """A saved view of the roster (seed: 精准推送). `query` holds the roster's filters as its address says them."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="segments", db_index=False)
    name = models.CharField(_("name of the segment"), max_length=NAME_LENGTH)
    query = models.JSONField(default=dict)
    shared = models.BooleanField(_("colleagues see it too"), default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("segment")
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="segment_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="segment_named"),
        ]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word by which members are told apart. With a `rule` it is given and taken by itself, to whoever is in that segment."""

    name = models.CharField(_("name of the tag"), max_length=NAME_LENGTH)
    rule = models.ForeignKey(Segment, models.PROTECT, null=True, blank=True, related_name="tags", verbose_name=_("given by itself to"))
    archived = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("tag")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="tag_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="tag_named"),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipTag(models.Model):
    """A tag on a member of a group: whoever sees the group sees it, nobody else."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="tagged", db_index=False)
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="tagged")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)  # None: the rule
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("tag of a member")
        constraints = [models.UniqueConstraint(fields=["membership", "tag"], name="membership_tag_once")]

    def __str__(self) -> str:
        return f"{self.membership} #{self.tag}"


class Note(models.Model):
    """What a colleague wrote about a member; hidden, never deleted, when taken back."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="notes", db_index=False)
    text = models.TextField(_("note about a member"), max_length=NOTE_LENGTH)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("note")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]
        indexes = [models.Index(fields=["membership", "-at", "-id"], name="note_of_member")]

    def __str__(self) -> str:
        return self.text[:40]
