"""Person per platform identity, a Membership per group, the daily rollup of what a member did, what they asked, who greeted them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from members.asking import Cue, How, QuestionState


class Person(models.Model):
    """One identity on one platform. Two that turn out to be one human are merged by pointer, history stays."""

    realm = models.CharField(max_length=30)  # the adapter's kind: ids are unique inside a platform
    remote_id = models.CharField(max_length=255)
    name = models.CharField(_("name"), max_length=200)
    named_at = models.DateTimeField()  # when the event that gave the name occurred: an older one does not take it back
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="aliases")
    first_seen_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("person")
        constraints = [models.UniqueConstraint(fields=["realm", "remote_id"], name="person_identity_once")]

    def __str__(self) -> str:
        return self.name


class FormerName(models.Model):
    """A name a person bore before; kept once, with when they last gave it up."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="former_names", db_index=False)
    name = models.CharField(_("name"), max_length=200)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("former name")
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="former_name_once")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a group, for all their comings and goings; `left_at` None means present."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships", db_index=False)
    joined_at = models.DateTimeField(_("joined"))  # of the present or last stay
    # Whether the platform told us of the join; otherwise joined_at is the first sign we had of them.
    join_seen = models.BooleanField(default=False)
    left_at = models.DateTimeField(_("left"), null=True)
    left_how = models.CharField(max_length=10, blank=True)  # left | kicked | unknown
    rejoins = models.PositiveSmallIntegerField(default=0)
    last_spoke_at = models.DateTimeField(_("last spoke"), null=True)  # None: unknown, never "silent for ever"

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], name="membership_once"),
            models.CheckConstraint(condition=Q(left_how="") | Q(left_at__isnull=False), name="membership_how_needs_left"),
        ]
        indexes = [
            models.Index(fields=["group", "-joined_at", "-id"], name="membership_of_group"),
            models.Index(fields=["-joined_at", "-id"], name="membership_newest"),
            models.Index(fields=["group"], condition=Q(left_at=None), name="membership_present"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.group}"


class DailyActivity(models.Model):
    """What a member did in a group on one local day of the group."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="activity", db_index=False)
    day = models.DateField()
    messages = models.PositiveIntegerField(default=0)
    contributions = models.PositiveIntegerField(default=0)  # written by points

    class Meta:
        verbose_name = _("daily activity")
        constraints = [models.UniqueConstraint(fields=["membership", "day"], name="activity_day_once")]

    def __str__(self) -> str:
        return f"{self.membership} {self.day}"


class Question(models.Model):
    """A question said to the group. Its words stay with the event, for as long as that is kept; here is what became of it."""

    event = models.OneToOneField(StoredEvent, models.SET_NULL, null=True, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, related_name="questions", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="questions")  # who asks
    cue = models.CharField(max_length=10, choices=Cue.choices)
    asked_at = models.DateTimeField(_("asked"))
    last_asked_at = models.DateTimeField()  # asking again within the hour is the same question
    times = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(_("to be answered by"))  # by the goal that counted when it was asked
    state = models.CharField(_("state"), max_length=8, choices=QuestionState.choices, default=QuestionState.OPEN)
    how = models.CharField(_("how"), max_length=9, choices=How.choices, blank=True, default=How.NONE)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    answer = models.ForeignKey(StoredEvent, models.SET_NULL, null=True, related_name="+")
    waited = models.PositiveIntegerField(_("waited"), null=True)  # seconds of waking time until the answer
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("taken on by"))
    taken_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # a person who decided

    class Meta:
        verbose_name = _("question")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=QuestionState.values), name="question_state_known"),
            models.CheckConstraint(condition=Q(how__in=How.values), name="question_how_known"),
            models.CheckConstraint(condition=Q(cue__in=Cue.values), name="question_cue_known"),
            models.CheckConstraint(condition=Q(state="open", how="") | (~Q(state="open") & ~Q(how="")), name="question_settled_says_how"),
            models.CheckConstraint(condition=~Q(state="answered") | Q(answered_at__gte=F("asked_at")), name="question_answered_after"),
            models.CheckConstraint(condition=Q(last_asked_at__gte=F("asked_at"), times__gte=1), name="question_asked_ordered"),
        ]
        indexes = [
            models.Index(fields=["group", "asked_at"], condition=Q(state="open"), name="question_waiting_in_group"),
            models.Index(fields=["asked_at", "id"], condition=Q(state="open"), name="question_waiting"),
            models.Index(fields=["group", "-asked_at", "-id"], name="question_of_group"),
            models.Index(fields=["state", "-asked_at", "-id"], name="question_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.asked_at:%m-%d %H:%M}"


class Greeting(models.Model):
    """Somebody of the staff greeted a newcomer: once a member, so that nobody is welcomed twice."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="greeting")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("greeting of a newcomer")

    def __str__(self) -> str:
        return str(self.membership)
