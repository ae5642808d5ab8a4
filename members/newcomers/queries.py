"""Reads of the newcomers: whom nobody greeted, whom to welcome, what is said to them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, RuleSet, StaffPost
from groupops.groups.policy import Lifecycle, Post
from groupops.shared import placeholders
from members.arriving import HINT, OWNER, OnboardingRule, WelcomeRule, WelcomeState, addressed
from members.models import Greeting, Membership, Newcomer, Welcome, WelcomeRound
from members.newcomers import addresses
from members.newcomers.hearing import Fresh

FRESH = timedelta(hours=48)  # product, §2: the welcome and what follows it belong to the first days
GROUPS_AT_ONCE = 200


def newcomers(user: User, at: datetime) -> QuerySet[Membership]:
    """Who came in within two days, is still there and was not greeted, in the groups a user may care for; the first to come first.

    Whoever comes back is no newcomer, and neither is whom a first look at the list of members found there.
    """
    rows = Membership.objects.filter(access.among(user, GroupRight.CARE), group__lifecycle=Lifecycle.ACTIVE)
    rows = rows.filter(join_seen=True, rejoins=0, left_at=None, joined_at__gt=at - FRESH)
    rows = rows.filter(~Exists(Greeting.objects.filter(membership=OuterRef("pk"))))
    return rows.select_related("person", "group", "welcome").order_by("joined_at", "pk")


def newcomers_for(user: User, *, sandboxes: bool = False) -> QuerySet[Newcomer]:
    """The newcomers of the groups a user sees."""
    rows = Newcomer.objects.filter(group__in=access.visible_to(user, sandboxes=sandboxes))
    return rows.select_related("membership__person", "group")


def welcome_rules(group_ids: Collection[int]) -> dict[int, WelcomeRule]:
    """What counts for the welcome in these groups. Two queries."""
    return groups.policies_for("members.welcome", Group.objects.filter(pk__in=group_ids).only("pk", "kind_id"))


def onboarding_rules(group_ids: Collection[int]) -> dict[int, OnboardingRule]:
    """What counts for newcomers in these groups. Two queries."""
    return groups.policies_for("members.onboarding", Group.objects.filter(pk__in=group_ids).only("pk", "kind_id"))


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
    alone = members[0] if len(members) == 1 else None
    home = addresses.home_url(group.pk)
    values = links_of(group, rule) | {
        "names": addressed([member.person.name for member in members]),
        "group": group.name,
        "owner": owner_name(group),
    }
    if not rule.rules_url:
        values["rules"] = addresses.rules_url(alone.pk, alone.rejoins) if alone and alone.pk else home
    return placeholders.fill(rule.text, values)


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
    unfinished = Q(answered_at=None) | Q(introduced_at=None)
    rows = Newcomer.objects.select_for_update(of=("self",)).filter(unfinished, group__in=group_ids, joined_at__gte=since)
    who = ("pk", "group_id", "membership_id", "membership__person__name", "membership__person__remote_id", "joined_at")
    first = ("first_spoke_at", "first_event_id", "first_event__remote_message", "answer_due_at")
    became = ("introduced_at", "answered_at", "answered_how", "answered_member_id")
    found = rows.order_by("pk").values_list(*who, *first, *became)
    return [_fresh(list(row)) for row in found]


def _fresh(values: list[Any]) -> Fresh:
    return Fresh(*values[:8], values[8] or "", *values[9:])
