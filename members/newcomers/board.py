"""新人看板, asked: the newcomers of the last four weeks, each with what is done and what is missing. Constant queries for any number."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import RuleSet
from groupops.shared import clock
from members import queries as members
from members.arriving import STAGES, STAY, Stage, stage_of
from members.caring import CareState
from members.models import CareTask, DailyActivity, Newcomer, RulesAcknowledgement
from members.newcomers import addresses, queries
from members.newcomers.filters import joined_in
from members.newcomers.lists import SORTS


@dataclass
class Card:
    """A newcomer as the board shows them. `day` counts from 1; `read` is the version they have read, `version` the one in force."""

    row: Newcomer
    stage: Stage
    day: int
    may: bool
    messages: int = 0
    second_week: bool = False
    read: int | None = None
    version: int | None = None
    open_tasks: list[CareTask] = field(default_factory=list)
    done_tasks: int = 0
    link: str = ""
    buddy: str = ""
    welcome: str = ""
    said: bool = False
    greeted: str = ""


def rows_for(user: User, at: datetime, *, sandboxes: bool = False) -> QuerySet[Newcomer]:
    """Everybody on the board of a reader: in their first four weeks, still there."""
    midnight = datetime.combine(clock.local(at, user.zone).date(), time(), ZoneInfo(user.zone))
    rows = queries.present(queries.newcomers_for(user, sandboxes=sandboxes)).filter(joined_at__gte=midnight - timedelta(days=STAY - 1))
    return queries.whole(rows).select_related("membership__welcome", "membership__greeting__by", "first_event")


def counts(rows: QuerySet[Newcomer], at: datetime, zone: str) -> dict[str, int]:
    """How many stand in each column. One query."""
    found = rows.order_by().aggregate(**{stage.value: Count("pk", filter=joined_in(stage, at, zone)) for stage in STAGES})
    return {name: number or 0 for name, number in found.items()}


def cards(rows: Sequence[Newcomer], user: User, at: datetime) -> list[Card]:
    """The rows as cards, in their order. Six queries."""
    rights = access.rights_on(user, {row.group_id: row.group for row in rows}.values())
    today = clock.local(at, user.zone).date()
    found = {}
    for row in rows:
        days = max((today - clock.local(row.joined_at, user.zone).date()).days, 0)
        stage = stage_of(days) or Stage.MONTH
        found[row.membership_id] = Card(row, stage, days + 1, may=GroupRight.CARE in rights[row.group_id])
    _say(found)
    _count(found)
    _read(found)
    _care(found)
    return list(found.values())


def _say(found: dict[int, Card]) -> None:
    """What stands in the row itself."""
    for card in found.values():
        member = card.row.membership
        card.link = addresses.rules_url(member.pk, member.rejoins)
        card.buddy = str(card.row.buddy_user or (card.row.buddy_member.person.name if card.row.buddy_member else ""))
        welcome, greeting = getattr(member, "welcome", None), getattr(member, "greeting", None)
        card.welcome = str(welcome.get_state_display()) if welcome else ""
        card.said = bool(welcome and welcome.state == "said")
        card.greeted = str(greeting.by) if greeting else ""


def _count(found: dict[int, Card]) -> None:
    """Messages, and whether they spoke in their second week, on local days of the group."""
    rows = DailyActivity.objects.filter(membership__in=members.with_others(found), messages__gt=0).annotate(
        stay=Coalesce("membership__same_as", "membership")
    )
    low, high = STAGES[Stage.WEEK2]
    for membership, day, messages in rows.values_list("stay", "day", "messages"):
        card = found[membership]
        days = (day - clock.local(card.row.joined_at, card.row.group.zone).date()).days
        card.messages += messages
        card.second_week = card.second_week or low <= days <= high


def _read(found: dict[int, Card]) -> None:
    """Which version of the rules each has read, and which is in force."""
    groups = {card.row.group_id for card in found.values()}
    in_force = dict(RuleSet.objects.filter(group__in=groups).order_by("version").values_list("group", "version"))
    read = RulesAcknowledgement.objects.filter(membership__in=list(found)).order_by("rules__version")
    for membership, version in read.values_list("membership", "rules__version"):
        found[membership].read = version
    for card in found.values():
        card.version = in_force.get(card.row.group_id)


def _care(found: dict[int, Card]) -> None:
    """The steps of their lists: which are open, how many are done."""
    tasks: defaultdict[int, list[CareTask]] = defaultdict(list)
    rows = CareTask.objects.filter(Q(state=CareState.OPEN) | Q(state=CareState.DONE), membership__in=list(found), sort__in=SORTS)
    for row in rows.order_by("due_at", "pk"):
        tasks[row.membership_id].append(row)
    for membership, card in found.items():
        card.open_tasks = [row for row in tasks[membership] if row.state == CareState.OPEN]
        card.done_tasks = len(tasks[membership]) - len(card.open_tasks)
