"""What follows the welcome, by the clock: task lists made once, what was left of them dropped, the alarm on a first message unanswered."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from groupops.record import services as record
from groupops.record.models import Alarm
from groupops.shared import bulk
from members.arriving import OnboardingRule
from members.care import services as care
from members.caring import CareState, Wanted
from members.models import CareTask, Intake, Newcomer
from members.newcomers import queries
from members.newcomers.lists import LISTS, lists_by, wanted, week_of
from members.newcomers.queries import FAMILY

MOST = 1000  # newcomers of one run
Week = tuple[int, date]
UNANSWERED = gettext_noop("%(group)s: a newcomer's first message found no answer for %(hours)d hours of waking time.")


def make_lists(*, at: datetime, group_id: int | None = None) -> int:
    """The lists that have begun and were not made, for newcomers who are there; returns for how many newcomers.

    Of a group and week only so many have lists of their own; the others together are one task of the group. With `group_id` that
    group alone, a sandbox too. In one transaction: what dies in the middle is made anew, what is made is not made twice.
    """
    with transaction.atomic():
        rows = list(queries.without_list(at, group_id=group_id)[:MOST])
        if not rows:
            return 0
        rules = queries.onboarding_rules({row.group_id for row in rows})
        _decide(rows, rules)
        asked: list[Wanted] = []
        for row in rows:
            row.lists = lists_by(row.joined_at, at)
            if row.personal and rules[row.group_id].lists_on:
                asked += wanted(row.membership_id, row.joined_at, row.lists)
        care.propose(wanted=asked, by=None, at=at)
        _gather([row for row in rows if row.personal is False and rules[row.group_id].lists_on], at)
        bulk.update(Newcomer, ["lists", "personal"], [(row.pk, row.lists, row.personal) for row in rows])
    return len(rows)


def _decide(rows: Sequence[Newcomer], rules: dict[int, OnboardingRule]) -> None:
    """Who has lists of their own: the first to join of each group and week."""
    new = [row for row in rows if row.personal is None]
    if not new:
        return
    taken: Counter[Week] = Counter()
    since = min(row.joined_at for row in new) - timedelta(days=8)
    for group_id, zone, joined_at in queries.with_lists({row.group_id for row in new}, since):
        taken[group_id, week_of(joined_at, zone)] += 1
    for row in new:
        week = (row.group_id, week_of(row.joined_at, row.group.zone))
        row.personal = taken[week] < rules[row.group_id].personal_lists
        taken[week] += row.personal


def _gather(rows: Sequence[Newcomer], at: datetime) -> None:
    """One task for those of a group and week who have no list of their own, due when the week is over."""
    weeks = {(row.group_id, week_of(row.joined_at, row.group.zone)): row.group.zone for row in rows}
    made = [
        (group_id, week, datetime.combine(week + timedelta(days=7), datetime.min.time(), ZoneInfo(zone)), at)
        for (group_id, week), zone in weeks.items()
    ]
    if made:
        bulk.insert(Intake, ["group", "week"], ["group", "week", "due_at", "created_at"], made)


def drop_leftovers(*, at: datetime) -> int:
    """What nobody did of a list whose time is long over is dropped: a list that only grows is no list. Returns how many tasks."""
    dropped = 0
    for one in LISTS:
        rows = CareTask.objects.filter(state=CareState.OPEN, sort__in=one.sorts, due_at__lte=at - one.lapses)
        dropped += rows.update(state=CareState.DROPPED, settled_at=at)
    over = Intake.objects.filter(state=CareState.OPEN, due_at__lte=at - LISTS[1].lapses)
    return dropped + over.update(state=CareState.DROPPED, settled_at=at)


def watch_first_messages(*, at: datetime) -> tuple[int, int]:
    """Bring the alarms to what is the case: one a group in which a first message waits too long. Returns how many opened and closed."""
    waiting = queries.unanswered(at).order_by("group", "answer_due_at")
    groups = {row.group_id: row.group for row in waiting.select_related("group")}
    rules = queries.onboarding_rules(groups) if groups else {}
    standing = [
        record.Standing(
            key=f"{FAMILY}{pk}",
            severity=Alarm.Severity.WARNING,
            text=UNANSWERED,
            params={"group": group.name, "hours": rules[pk].answer_hours},
            url=f"{reverse('members:newcomers')}?group={pk}&open=unanswered",
            group_id=pk,
        )
        for pk, group in groups.items()
    ]
    return record.keep_alarms(family=FAMILY, wanted=standing, at=at)
