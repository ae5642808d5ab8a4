"""Reads of the newcomers: whom nobody greeted, whom to welcome, what is said to them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, RuleSet, StaffPost
from groupops.groups.policy import Lifecycle, Post
from groupops.shared import placeholders
from groupops.shared.compiled import Among, Compiled, Given
from members.arriving import HINT, OWNER, OnboardingRule, WelcomeRule, WelcomeState, addressed
from members.care import queries as care
from members.caring import CareState
from members.models import CareTask, Greeting, Intake, Membership, Newcomer, RulesAcknowledgement, Welcome, WelcomeRound
from members.newcomers import addresses
from members.newcomers.hearing import ANSWERABLE, Fresh
from members.newcomers.lists import LISTS, OVER

FRESH = timedelta(hours=48)  # product, §2: the welcome and what follows it belong to the first days
GROUPS_AT_ONCE = 200
MOST_TASKS = 400  # looked at for Today
FAMILY = "newcomer:"  # of the alarms' keys: newcomer:<group>


def newcomers(user: User, at: datetime) -> QuerySet[Membership]:
    """Who came in within two days, is still there and was not greeted, in the groups a user may care for; the first to come first.

    Whoever comes back is no newcomer, and neither is whom a first look at the list of members found there.
    """
    rows = Membership.objects.filter(access.among(user, GroupRight.CARE), group__lifecycle=Lifecycle.ACTIVE)
    rows = rows.filter(join_seen=True, rejoins=0, left_at=None, same_as=None, joined_at__gt=at - FRESH)
    rows = rows.filter(~Exists(Greeting.objects.filter(membership=OuterRef("pk"))))
    return rows.select_related("person", "group", "welcome").order_by("joined_at", "pk")


def newcomers_for(user: User, *, sandboxes: bool = False) -> QuerySet[Newcomer]:
    """The newcomers of the groups a user sees; of two stays of one human in a group the one that counts."""
    rows = Newcomer.objects.filter(group__in=access.visible_to(user, sandboxes=sandboxes), membership__same_as=None)
    return rows.select_related("membership__person", "group")


def welcome_rules(group_ids: Collection[int]) -> dict[int, WelcomeRule]:
    """What counts for the welcome in these groups. Two queries."""
    return groups.policies_of("members.welcome", group_ids)


def onboarding_rules(group_ids: Collection[int]) -> dict[int, OnboardingRule]:
    """What counts for newcomers in these groups. Two queries."""
    return groups.policies_of("members.onboarding", group_ids)


def due_groups(at: datetime, *, group_id: int | None = None) -> list[Group]:
    """The groups in which somebody's welcome is due; a sandbox only where it is named, for its clock is another."""
    waiting = Welcome.objects.filter(state=WelcomeState.WAITING, due_at__lte=at)
    rows = Group.objects.filter(pk__in=waiting.values("group"))
    rows = rows.filter(sandbox=False) if group_id is None else rows.filter(pk=group_id)
    return list(rows.select_related("kind").order_by("pk")[:GROUPS_AT_ONCE])


def waiting(group: Group) -> list[Welcome]:
    """Everybody in a group whose welcome waits, locked, the first to join first."""
    rows = Welcome.objects.select_for_update(of=("self",)).filter(group=group, state=WelcomeState.WAITING)
    return list(rows.select_related("membership__person").order_by("joined_at", "pk"))


def stayed() -> Q:
    """Of welcomes: those whose member is still in their first stay."""
    return Q(membership__left_at=None, membership__rejoins=0)


def still_there(round_: WelcomeRound) -> list[Membership]:
    """Whom the message of a round may name now: who has not left since, the first to join first."""
    rows = round_.welcomes.filter(stayed()).exclude(state=WelcomeState.LEFT).select_related("membership__person")
    return [row.membership for row in rows.order_by("joined_at", "pk")]


def gone(round_: WelcomeRound) -> bool:
    """Whether somebody whom the message of a round names has left since."""
    return round_.welcomes.exclude(stayed()).exclude(state=WelcomeState.LEFT).exists()


def owner_name(group: Group) -> str:
    """Who is addressed with questions."""
    names = StaffPost.objects.filter(group=group, post=Post.OWNER, until=None).values_list("user__name", flat=True)
    return names.first() or OWNER


def text_for(group: Group, members: Sequence[Membership], rule: WelcomeRule | None = None) -> str:
    """The welcome of these members of a group; one alone gets the link to their own page of the rules."""
    rule = rule or welcome_rules([group.pk])[group.pk]
    own = addresses.rules_url(members[0].pk, members[0].rejoins) if len(members) == 1 else ""
    return _filled(group, [member.person.name for member in members], rule, own)


def sample(group: Group, names: Sequence[str], rule: WelcomeRule | None = None) -> str:
    """The welcome as people of these names would read it; its links lead to the group's own page."""
    return _filled(group, names, rule or welcome_rules([group.pk])[group.pk], "")


def _filled(group: Group, names: Sequence[str], rule: WelcomeRule, own: str) -> str:
    values = links_of(group, rule) | {"names": addressed(names), "group": group.name, "owner": owner_name(group)}
    if own and not rule.rules_url:
        values["rules"] = own
    return placeholders.fill(rule.text, values)


def home_of(group: Group) -> str:
    """群主页."""
    return addresses.home_url(group.pk)


def groups_to_preview(user: User, named: str = "") -> QuerySet[Group]:
    """The groups whose welcome a user may look at; of a sandbox only where it is named."""
    return access.visible_to(user, sandboxes=bool(named)).exclude(lifecycle=Lifecycle.ARCHIVED).order_by("name")


def rounds_for(user: User) -> QuerySet[WelcomeRound]:
    """The welcome messages of the groups a user sees."""
    return WelcomeRound.objects.filter(group__in=access.visible_to(user)).select_related("group")


def links_of(group: Group, rule: WelcomeRule) -> dict[str, str]:
    """The three links of the seed, each as it is for everybody."""
    home = addresses.home_url(group.pk)
    return {
        "rules": rule.rules_url or home,
        "highlights": rule.highlights_url or f"{home}#highlights",
        "tools": rule.tools_url or f"{home}#tools",
    }


def join_hint(group: Group, rule: WelcomeRule | None = None) -> str:
    """入群引导语: what people read before and just after they join."""
    rule = rule or welcome_rules([group.pk])[group.pk]
    return placeholders.fill(rule.hint or HINT, {"group": group.name})


def rules_in_force(group_ids: Collection[int]) -> dict[int, int]:
    """The newest rules of each of these groups: their ids, by the group's. One query."""
    rows = RuleSet.objects.filter(group__in=group_ids).order_by("version").values_list("group", "pk")
    return {group: pk for group, pk in rows if group is not None}


def open_newcomers(group_ids: Collection[int], since: datetime) -> list[Fresh]:
    """Who joined these groups since then and has not introduced themselves, or was not answered; locked."""
    return [_fresh(list(row)) for row in OPEN(groups=list(group_ids), since=since)]


def _open() -> QuerySet[Newcomer, Any]:
    unfinished = Q(answered_at=None) | Q(introduced_at=None)
    rows = Newcomer.objects.select_for_update(of=("self",)).filter(unfinished, Among("group_id", "groups"), joined_at__gte=Given("since"))
    who = ("pk", "group_id", "membership_id", "membership__person__name", "membership__person__remote_id", "joined_at")
    first = ("first_spoke_at", "first_event_id", "first_event__remote_message", "answer_due_at")
    became = ("introduced_at", "answered_at", "answered_how", "answered_member_id")
    return rows.order_by("pk").values_list(*who, *first, *became)


OPEN = Compiled(_open)  # asked for with every batch of messages


def _fresh(values: list[Any]) -> Fresh:
    values[8] = values[8] or ""  # no first message yet
    return Fresh(*values)


def whole(rows: QuerySet[Newcomer]) -> QuerySet[Newcomer]:
    """The rows with everybody who is named with them."""
    return rows.select_related(
        "membership__person", "group", "introduced_by", "answered_by", "answered_member__person", "buddy_user", "buddy_member__person"
    )


def present(rows: QuerySet[Newcomer]) -> QuerySet[Newcomer]:
    """Of these, who is still in their first stay, and is not another identity of somebody who is there."""
    return rows.filter(membership__left_at=None, membership__rejoins=0, membership__same_as=None)


def without_list(at: datetime, *, group_id: int | None = None) -> QuerySet[Newcomer]:
    """Whose next task list has begun and is not made, locked, the first to join first; of active groups."""
    begun = Q(pk=None)
    for number, one in enumerate(LISTS):
        begun |= Q(lists__lte=number, joined_at__lte=at - one.begins)
    rows = present(Newcomer.objects.select_for_update(of=("self",))).filter(begun, joined_at__gt=at - OVER)
    rows = rows.filter(group__sandbox=False) if group_id is None else rows.filter(group=group_id)
    return rows.filter(group__lifecycle=Lifecycle.ACTIVE).select_related("group").order_by("joined_at", "pk")


def with_lists(group_ids: Collection[int], since: datetime) -> list[tuple[int, str, datetime]]:
    """Who joined these groups since then and has lists of their own: (group, its zone, joined at)."""
    rows = Newcomer.objects.filter(group__in=group_ids, personal=True, joined_at__gte=since)
    return list(rows.values_list("group", "group__zone", "joined_at"))


def unanswered(at: datetime) -> QuerySet[Newcomer]:
    """Whose first message waits for an answer longer than it should, in active groups; after three days nobody will answer it."""
    rows = present(Newcomer.objects.filter(answered_at=None, answer_due_at__lte=at, first_spoke_at__gt=at - ANSWERABLE))
    return rows.filter(group__lifecycle=Lifecycle.ACTIVE, group__sandbox=False)


def unanswered_for(user: User, at: datetime) -> QuerySet[Newcomer]:
    """Of these, those in groups that a user may care for, the longest waiting first."""
    rows = unanswered(at).filter(group__in=access.groups_with(user, GroupRight.CARE))
    return rows.select_related("membership__person", "group", "first_event").order_by("answer_due_at", "pk")


def tasks_now(at: datetime) -> Q:
    """Of care tasks: those of newcomers' lists that Today shows."""
    shown = Q(pk=None)
    for one in LISTS:
        shown |= Q(sort__in=one.sorts, due_at__lte=at + one.shown)
    return Q(state=CareState.OPEN) & shown


def steps_for(user: User, at: datetime) -> QuerySet[CareTask]:
    """What is to be done for newcomers, in groups that a user may care for, the first due first."""
    return care.tasks_for(user).filter(tasks_now(at), membership__left_at=None).order_by("due_at", "membership", "pk")


def intakes_for(user: User) -> QuerySet[Intake]:
    """The weeks of newcomers in groups that a user may care for."""
    return Intake.objects.filter(group__in=access.groups_with(user, GroupRight.CARE)).select_related("group").order_by("due_at", "pk")


def with_rules_read(rows: QuerySet[Newcomer]) -> QuerySet[Newcomer]:
    """The rows with `rules_read`, the latest version of the rules that each has read."""
    read = RulesAcknowledgement.objects.filter(membership=OuterRef("membership")).order_by("-rules__version")
    return rows.annotate(rules_read=Subquery(read.values("rules__version")[:1]))
