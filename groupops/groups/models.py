"""Kinds, groups, posts (群职务), rules, key moments, versioned policies, and the daily numbers of each group."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from groupops.accounts.policy import Role
from groupops.groups.policy import SEATS, Level, Lifecycle, MomentSort, Post, Scope


class Kind(models.Model):
    """A template of groups (seed: 微信群的角色定位). Edited in the browser; groups look values up and copy on first edit."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name of the kind"), max_length=60)
    positioning = models.TextField(_("positioning"))  # 群定位
    values = models.JSONField(_("group values"), default=list)  # 群价值: a list of lines
    size_low = models.PositiveIntegerField(_("smallest good size"))
    size_high = models.PositiveIntegerField(_("largest good size"))
    size_note = models.CharField(_("why this size"), max_length=60, blank=True)
    level = models.CharField(_("ecosystem level"), max_length=10, choices=Level.choices)
    rules_extension = models.TextField(_("additional rules"), blank=True)
    position = models.PositiveSmallIntegerField(_("order in lists"), default=100)
    archived = models.BooleanField(_("no longer offered"), default=False)
    version = models.PositiveIntegerField(default=1)  # optimistic lock of the edit form

    class Meta:
        verbose_name = _("kind of group")
        ordering: ClassVar = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(size_low__gt=0, size_high__gte=F("size_low")), name="kind_size_ordered"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="kind_level_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """A chat group that is operated here."""

    name = models.CharField(_("group name"), max_length=80, unique=True)
    kind = models.ForeignKey(Kind, models.PROTECT, related_name="groups", verbose_name=_("kind"))
    # A group of the sandbox page: its people do not exist. Set when it is made, never changed; lists and sums leave it out.
    sandbox = models.BooleanField(default=False, editable=False)
    lifecycle = models.CharField(_("lifecycle"), max_length=10, choices=Lifecycle.choices, default=Lifecycle.PLANNED)
    level = models.CharField(_("ecosystem level"), max_length=10, choices=Level.choices)
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    description = models.TextField(_("description"), blank=True)
    region = models.CharField(_("region"), max_length=40, blank=True)
    # Copied from the kind on the first edit; empty means "as the kind says" (lookup in queries).
    size_low = models.PositiveIntegerField(_("smallest good size"), null=True, blank=True)
    size_high = models.PositiveIntegerField(_("largest good size"), null=True, blank=True)
    member_count = models.PositiveIntegerField(default=0)  # present members; written by the inbound pipeline
    health = models.PositiveSmallIntegerField(null=True)  # 0–100, None until there is data
    health_reasons = models.JSONField(default=list)  # policy.Reason as JSON
    assessed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)  # optimistic lock of the edit form

    class Meta:
        verbose_name = _("group")
        indexes: ClassVar = [models.Index(fields=["lifecycle", "name"], name="group_by_lifecycle")]
        constraints = [
            models.CheckConstraint(condition=Q(lifecycle__in=Lifecycle.values), name="group_lifecycle_known"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="group_level_known"),
            models.CheckConstraint(
                condition=Q(size_low__isnull=True, size_high__isnull=True)
                | Q(size_low__isnull=False, size_high__isnull=False, size_low__gt=0, size_high__gte=F("size_low")),
                name="group_size_ordered",
            ),
            models.CheckConstraint(condition=Q(health__isnull=True) | Q(health__lte=100), name="group_health_percent"),
        ]

    def __str__(self) -> str:
        return self.name


class StaffPost(models.Model):
    """A post (群职务) that a user of GroupOps holds in a group (seed: 管理员体系设置). Ended, never deleted."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="posts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    post = models.CharField(_("staff post"), max_length=10, choices=Post.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("staff post")
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], condition=Q(until=None), name="post_one_per_user"),
            models.UniqueConstraint(fields=["group"], condition=Q(until=None, post="owner"), name="post_one_owner"),
            models.CheckConstraint(condition=Q(post__in=Post.values), name="post_known"),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="post_times_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_post_display()}"


class StaffInvitation(models.Model):
    """Somebody is invited to work here, by a link that works once until `expires_at`. Only the link's digest is kept."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("who"), max_length=60)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    at = models.DateTimeField()
    expires_at = models.DateTimeField(_("ends"))
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="invitation")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="staff_invitation_role_known"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None) | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="staff_invitation_accepted_by",
            ),
            models.CheckConstraint(condition=Q(accepted_at=None) | Q(revoked_at=None), name="staff_invitation_one_end"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="staff_invitation_lasts"),
        ]

    def __str__(self) -> str:
        return self.name


class InvitationSeat(models.Model):
    """The post that an invited person gets in a group. Never the owner's: a group is handed over to somebody known."""

    invitation = models.ForeignKey(StaffInvitation, models.PROTECT, related_name="seats", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    post = models.CharField(_("staff post"), max_length=10, choices=Post.choices)

    class Meta:
        verbose_name = _("seat of an invitation")
        constraints = [
            models.UniqueConstraint(fields=["invitation", "group"], name="invitation_seat_once"),
            models.CheckConstraint(condition=Q(post__in=[value for value, _label in SEATS]), name="invitation_seat_post"),
        ]

    def __str__(self) -> str:
        return f"{self.group} · {self.get_post_display()}"


class RosterShift(models.Model):
    """值守表: a user is on duty in a group on some weekdays, from one hour to another of the group's clock. Ended, never deleted."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="shifts", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="shifts", verbose_name=_("on duty"))
    weekdays = models.PositiveSmallIntegerField(_("weekdays"))  # mask, bit 0 is Monday
    start = models.PositiveSmallIntegerField(_("from"))  # hour of the wall clock
    end = models.PositiveSmallIntegerField(_("until"))  # hour, 24 is midnight
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("shift")
        constraints = [
            models.CheckConstraint(condition=Q(weekdays__gte=1, weekdays__lte=127), name="shift_weekdays_mask"),
            models.CheckConstraint(condition=Q(end__gt=F("start"), end__lte=24), name="shift_hours_ordered"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="shift_times_ordered"),
            models.UniqueConstraint(fields=["group", "user", "weekdays", "start", "end"], condition=Q(until=None), name="shift_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["group", "since"], name="shift_of_group")]

    def __str__(self) -> str:
        return f"{self.user} {self.start:02}:00–{self.end:02}:00"


class RuleSet(models.Model):
    """A version of a group's rules (群规): base text plus the extension of its kind, frozen as one text. Append-only."""

    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="rule_sets")  # None: the base template
    version = models.PositiveIntegerField()
    text = models.TextField(_("rules"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    why = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("rules")
        constraints = [
            models.UniqueConstraint(Coalesce("group", 0), "version", name="rules_version_once"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class KeyMoment(models.Model):
    """A moment that proposes a group and posts (seed: 关键节点时机)."""

    sort = models.CharField(_("sort of moment"), max_length=10, choices=MomentSort.choices)
    title = models.CharField(_("title"), max_length=120)
    on = models.DateField(_("day"))
    note = models.TextField(_("note of the moment"), blank=True)
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="moments")  # the one opened for it
    dismissed = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("key moment")
        constraints = [models.CheckConstraint(condition=Q(sort__in=MomentSort.values), name="moment_sort_known")]

    def __str__(self) -> str:
        return self.title


class Policy(models.Model):
    """A version of a policy's value (站点 → 群类型 → 群, the nearest wins). Append-only; the newest of a scope counts."""

    name = models.CharField(max_length=60)  # a key of settings.POLICIES
    scope = models.CharField(max_length=5, choices=Scope.choices)
    kind = models.ForeignKey(Kind, models.PROTECT, null=True, related_name="policies")
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="policies")
    version = models.PositiveIntegerField()
    value = models.JSONField(null=True)  # None takes the scope's value back: the wider scope counts again
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    why = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("policy")
        constraints = [
            models.UniqueConstraint("name", Coalesce("kind", 0), Coalesce("group", 0), "version", name="policy_version_once"),
            models.CheckConstraint(
                condition=Q(scope="site", kind=None, group=None)
                | Q(scope="kind", kind__isnull=False, group=None)
                | Q(scope="group", kind=None, group__isnull=False),
                name="policy_scope_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class ProductStage(models.Model):
    """The product's user count over time, by which stage advice is given (seed: 产品发展阶段匹配)."""

    users = models.PositiveIntegerField(_("product users"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("users of the product")

    def __str__(self) -> str:
        return str(self.users)


class GroupDay(models.Model):
    """The numbers of a group on one local day; every dashboard reads these. Each app adds its own columns."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="days")
    day = models.DateField()
    messages = models.PositiveIntegerField(default=0)
    speakers = models.PositiveIntegerField(default=0)  # distinct people
    joins = models.PositiveIntegerField(default=0)
    leaves = models.PositiveIntegerField(default=0)
    posts_sent = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "day"], name="group_day_once")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.day}"


class GroupHour(models.Model):
    """The messages of a group in one hour of its own clock, for the map of the week. Where a clock is set back, one hour has two."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="hours", db_index=False)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    messages = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "day", "hour"], name="group_hour_once"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="group_hour_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.day} {self.hour:02}:00"


APPEND_ONLY: dict[str, tuple[str, ...]] = {
    RuleSet._meta.db_table: ("UPDATE", "DELETE"),
    Policy._meta.db_table: ("UPDATE", "DELETE"),
}
