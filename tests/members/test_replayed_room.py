"""A recorded room of four years: last words, tiers and the sweep's preview equal a computation in plain Python from the file alone."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection

from groupops.groups.models import Group
from members.models import Membership, Question, SweepCase, SweepRun, TierChange
from members.sweep import services as sweeping
from members.sweeping import CaseState
from members.tiers import nights
from tests.factories.accounts import operator
from tests.factories.messaging import BindingFactory
from tests.factories.sweep import ruled, silent
from tests.shared_data import shared

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
NIGHTS = 30  # judged one after the other, twice: longer than the grace
BUSY = date(2017, 3, 1)  # the room's loudest month; nobody judged it between that and its end
TIERS = ["lurker", "ordinary", "active", "core"]
MENTION = re.compile(r"@(m\d{4})(?=[\s@,:.!?]|$)|^(m\d{4}):")


Reply = tuple[datetime, str, str, str]  # when, by whom, the text, to whom


@dataclass
class Told:
    """What the file says of one person, by local day."""

    came: datetime
    spoke: datetime
    messages: Counter[date] = field(default_factory=Counter)
    replies: Counter[date] = field(default_factory=Counter)

    def score(self, day: date) -> int:
        """The points of thirty days that end with `day`: ten a day, one a message and two a reply, of each at most ten a day."""
        window = [day - timedelta(days=n) for n in range(30)]
        return sum(10 * bool(self.messages[one]) + min(self.messages[one], 10) + 2 * min(self.replies[one], 10) for one in window)


def read(path: str) -> tuple[dict[str, Told], set[Reply]]:
    """Everybody who spoke, and what was said to whom by name."""
    found: dict[str, Told] = {}
    replies = set[Reply]()
    for line in shared("data", "replay", path).read_text().splitlines():
        event = json.loads(line)
        at, user = datetime.fromisoformat(event["t"]), event["user"]
        one = found.setdefault(user, Told(at, at))
        one.spoke = max(one.spoke, at)
        one.messages[_day(at)] += 1
        named = {name for pair in MENTION.findall(event["text"]) for name in pair if name}
        replies |= {(at, user, event["text"], name) for name in named - {user} if name in found}
    return found, replies


def answers() -> set[Reply]:
    """Of the questions that the desk heard: who was answered by which message."""
    rows = Question.objects.filter(answer__isnull=False).select_related("answer", "membership__person")
    return {(row.answer.occurred_at, row.answer.remote_user, row.answer.text, row.membership.person.remote_id) for row in rows}


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def tier_after(one: Told, days: list[date]) -> tuple[str, int]:
    """Where the nights of these days leave somebody, and how often they moved: the rule of docs/reference/tiers.md, written anew."""
    now, below, moved = "", None, 0
    for day in (day for day in days if day >= _day(one.came)):
        score = one.score(day)
        earned = TIERS[(score >= 1) + (score >= 70) + (score >= 250)]
        kept = TIERS[(score >= 1) + (score >= 63) + (score >= 225)]
        was = now
        if now == "":
            now = "" if earned == "lurker" and (day - _day(one.came)).days + 1 < 14 else earned
        elif TIERS.index(earned) > TIERS.index(now):
            now, below = earned, None
        elif TIERS.index(kept) >= TIERS.index(now):
            below = None
        else:
            below = below or day
            if (day - below).days >= 14:
                now, below = kept, None
        moved += now != was
    return now, moved


def test_last_words_tiers_and_the_preview_equal_the_file() -> None:
    room = BindingFactory()
    call_command("replay", str(shared("data", "replay", "gitter_room.jsonl")), connection=room.connection.name, group=room.group.name)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner takes the tables of an open transaction for empty
    told, replies = read("gitter_room.jsonl")
    here = {row.person.remote_id: row for row in Membership.objects.select_related("person")}
    assert {user: row.last_spoke_at for user, row in here.items()} == {user: one.spoke for user, one in told.items()}

    end = max(one.spoke for one in told.values()) + timedelta(hours=1)
    days = [first + timedelta(days=n) for first in (BUSY, _day(end) - timedelta(days=NIGHTS)) for n in range(NIGHTS)]
    for at, _by, _text, to in replies | answers():
        told[to].replies[_day(at)] += 1
    for day in days:
        nights.judge(at=datetime.combine(day + timedelta(days=1), time(3), ZONE).astimezone(UTC))
    expected = {user: tier_after(one, days) for user, one in told.items()}
    assert dict(Membership.objects.values_list("person__remote_id", "tier")) == {user: tier for user, (tier, _moved) in expected.items()}
    assert TierChange.objects.count() == sum(moved for _tier, moved in expected.values())
    assert set(TierChange.objects.values_list("tier", flat=True)) == set(TIERS), "it was worth the comparison"

    _the_preview(room.group, told, end)


def _the_preview(group: Group, told: dict[str, Told], end: datetime) -> None:
    """It lists exactly those silent for 90 days, says who of them is exempt for being new, and nobody of whom nothing is known."""
    expected = {user for user, one in told.items() if end - one.spoke > timedelta(days=90)}
    assert 0 < len(expected) < len(told)
    ruled(group)
    unknown = silent(group, last_spoke_at=None, joined_at=end - timedelta(days=300))
    run = sweeping.start(group=group, by=operator(), at=end)
    assert run.blocked == ""
    found = SweepCase.objects.filter(run=run).select_related("membership__person")
    assert {case.membership.person.remote_id for case in found} == expected
    assert all(case.last_spoke_at == told[case.membership.person.remote_id].spoke for case in found)
    new = {user for user in expected if end - told[user].came < timedelta(days=30)}
    assert {case.membership.person.remote_id for case in found if case.state == CaseState.EXEMPT} == new
    assert not found.filter(membership=unknown).exists()
    assert SweepRun.objects.get().unknown == 1
