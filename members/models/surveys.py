"""群成员信息收集: fields of a profile, forms that ask for them, answers, and the values with their history."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.models.membership import Membership
from members.rostering import OPEN, ImportState
from members.surveying import LONGEST, OPTION_LENGTH, AnswerState, FieldKind, FormState, words

USER = settings.AUTH_USER_MODEL


class ProfileField(models.Model):
    """Something that one wants to know of members. Kind and `personal` stay as they are once there are values."""

    name = models.CharField(_("name of the field"), max_length=OPTION_LENGTH)
    kind = models.CharField(_("kind of the field"), max_length=8, choices=FieldKind.choices)
    help = models.CharField(_("hint"), max_length=200, blank=True)
    options = models.JSONField(default=list)  # of a list: its words, in order
    required = models.BooleanField(_("must be filled in"), default=False)
    personal = models.BooleanField(_("personal: sealed, and masked on every page"), default=False)
    position = models.PositiveSmallIntegerField(_("order in lists"), default=100)
    archived = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("field of the profile")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="profile_field_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="profile_field_named"),
            models.CheckConstraint(condition=Q(kind__in=FieldKind.values), name="profile_field_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class MemberForm(models.Model):
    """A form that members of some groups fill in behind a link."""

    title = models.CharField(_("title of the form"), max_length=80)
    introduction = models.TextField(_("introduction"), max_length=2000, blank=True)
    opens_at = models.DateTimeField(_("from"), null=True, blank=True)
    closes_at = models.DateTimeField(_("until"), null=True, blank=True)
    several = models.BooleanField(_("a member may answer several times"), default=False)
    state = models.CharField(_("state"), max_length=6, choices=FormState.choices, default=FormState.DRAFT)
    key = models.CharField(max_length=22)  # of its links; a new one makes all older links worthless
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("form for members")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=FormState.values), name="member_form_state_known"),
            models.CheckConstraint(condition=~Q(title=""), name="member_form_titled"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")), name="member_form_times_ordered"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-created_at", "-id"], name="member_form_newest")]

    def __str__(self) -> str:
        return self.title


class MemberFormGroup(models.Model):
    """A group whose members a form asks."""

    form = models.ForeignKey(MemberForm, models.CASCADE, related_name="targets", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="member_forms")

    class Meta:
        verbose_name = _("group of a form")
        constraints = [models.UniqueConstraint(fields=["form", "group"], name="form_group_once")]

    def __str__(self) -> str:
        return f"{self.form} → {self.group}"


class MemberFormField(models.Model):
    """A field that a form asks for, in its order."""

    form = models.ForeignKey(MemberForm, models.CASCADE, related_name="asks", db_index=False)
    field = models.ForeignKey(ProfileField, models.PROTECT, related_name="asked")
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("field of a form")
        ordering: ClassVar = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["form", "field"], name="form_field_once"),
            models.UniqueConstraint(fields=["form", "position"], name="form_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.form}: {self.field}"


class FormAnswer(models.Model):
    """A form that somebody sent. What they wrote stands in FieldValue; of nobody we know it waits here, sealed, for a person."""

    form = models.ForeignKey(MemberForm, models.PROTECT, related_name="answers", db_index=False)
    form_version = models.PositiveIntegerField()
    group = models.ForeignKey(Group, models.PROTECT, related_name="form_answers", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, related_name="form_answers")
    name = models.CharField(_("name"), max_length=60, blank=True)  # as it was typed behind a group's link
    account = models.CharField(max_length=255, blank=True)
    sealed = models.TextField(blank=True)
    single = models.BooleanField()  # of a form that takes one answer a member
    state = models.CharField(_("state"), max_length=9, choices=AnswerState.choices)
    at = models.DateTimeField(_("sent"))
    settled_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("answer to a form")
        constraints = [
            models.UniqueConstraint(fields=["form", "membership"], condition=Q(single=True), name="form_answer_once"),
            models.CheckConstraint(condition=Q(state__in=AnswerState.values), name="form_answer_state_known"),
            models.CheckConstraint(
                condition=Q(state="matched", membership__isnull=False, sealed="") | (~Q(state="matched") & Q(membership=None)),
                name="form_answer_matched_to",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["form", "state", "-at", "-id"], name="form_answer_by_state"),
            models.Index(fields=["group", "at"], condition=Q(state="unmatched"), name="form_answer_to_assign"),
        ]

    def __str__(self) -> str:
        return f"{self.form} · {self.membership or self.name}"


class AnswerImport(models.Model):
    """A table of a form tool (问卷星, 腾讯文档, 飞书) that was brought into a group. The same one twice is the same import."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="answer_imports", db_index=False)
    name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)  # place of a column -> "name", "account" or a field's number
    sealed = models.TextField(blank=True)  # its lines, until they are taken over or put away
    state = models.CharField(_("state"), max_length=9, choices=ImportState.choices, default=ImportState.PREVIEWED)
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("brought in"))
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("table of a form tool")
        constraints = [
            models.UniqueConstraint(fields=["group", "digest"], condition=Q(state__in=OPEN), name="answer_import_once"),
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="answer_import_state_known"),
            models.CheckConstraint(condition=Q(state="previewed") | Q(sealed=""), name="answer_import_forgets"),
        ]
        indexes: ClassVar = [models.Index(fields=["-at", "-id"], name="answer_import_newest")]

    def __str__(self) -> str:
        return self.name


class FieldValue(models.Model):
    """What a member said about themselves in one group, now (`current`) or before. A personal one is sealed, `shown` is masked.

    Never rewritten but for `current`: the older ones are its history.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="field_values", db_index=False)
    field = models.ForeignKey(ProfileField, models.PROTECT, related_name="field_values", db_index=False)
    value = models.TextField(max_length=LONGEST, blank=True)  # empty of a personal one
    sealed = models.TextField(blank=True)
    shown = models.CharField(max_length=LONGEST)
    current = models.BooleanField(default=True)
    at = models.DateTimeField()
    answer = models.ForeignKey(FormAnswer, models.CASCADE, null=True, related_name="field_values")
    brought = models.ForeignKey(AnswerImport, models.CASCADE, null=True, related_name="field_values")
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # None: the member

    class Meta:
        verbose_name = _("value of a profile field")
        constraints = [
            models.UniqueConstraint(fields=["membership", "field"], condition=Q(current=True), name="field_value_one_current"),
            models.CheckConstraint(
                condition=Q(value="", sealed__gt="") | (~Q(value="") & Q(sealed="")), name="field_value_plain_or_sealed"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["membership", "-at", "-id"], name="field_value_of_member"),
            models.Index(fields=["field", "membership"], condition=Q(current=True), name="field_value_by_field"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.shown}"

    @property
    def said(self) -> str:
        """The value as pages show it; its field at hand."""
        return words(self.field.kind, self.shown)
