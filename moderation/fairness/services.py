"""Alarms of the seed's pitfalls: privileged staff, and cases that nobody handles. They close by themselves."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_noop

from groupops.groups.models import Group
from groupops.record import services as record
from groupops.record.models import Alarm
from moderation.fairness import queries
from moderation.policy import Offence
from moderation.policy.fairness import FairnessRule, Tally, milder

FAMILY = "fairness:"
MILDER = gettext_noop("%(offence)s: people with a post are judged %(points)d points milder than others for the same.")
LATE = gettext_noop("Cases wait for a judgement for more than %(hours)d hours.")


def watch(*, at: datetime) -> tuple[int, int]:
    """Open and close the alarms; returns how many of either. A constant number of queries."""
    return record.keep_alarms(family=FAMILY, wanted=[*_privileged(at), *_late(at)], at=at)


def _privileged(at: datetime) -> list[record.Standing]:
    """By group and offence, and over all groups, where one alone has too few cases to say."""
    rule = FairnessRule()
    found = queries.by_post(at - timedelta(days=rule.days))
    rules = queries.rules(Group.objects.filter(pk__in={group for group, _offence in found}).order_by("pk"))
    wanted, everywhere = [], defaultdict[Offence, list[tuple[Tally, Tally]]](list)
    for (group, offence), (some, others) in sorted(found.items()):
        everywhere[offence].append((some, others))
        if points := milder(some, others, rules[group].margin):
            wanted.append(_milder(offence, points, group))
    for offence, pairs in sorted(everywhere.items()):
        some, others = (_sum(pair[side] for pair in pairs) for side in (0, 1))
        points = milder(some, others, rule.margin)
        if points and not any(f":{offence.value}:" in one.key for one in wanted):
            wanted.append(_milder(offence, points, None))
    return wanted


def _sum(tallies: Iterable[Tally]) -> Tally:
    found = list(tallies)
    return Tally(sum(one.punished for one in found), sum(one.reminded for one in found), sum(one.clean for one in found))


def _milder(offence: Offence, points: int, group: int | None) -> record.Standing:
    return record.Standing(
        key=f"{FAMILY}post:{offence.value}:{group or 0}",
        severity=Alarm.Severity.WARNING,
        text=MILDER,
        params={"offence": str(offence.label), "points": points},
        url=reverse("moderation:fairness") + (f"?group={group}" if group else ""),
        group_id=group,
    )


def _late(at: datetime) -> list[record.Standing]:
    cases = queries.waiting()
    rules = queries.rules([case.group for case in cases])
    return [
        record.Standing(
            key=f"{FAMILY}late:{case.group_id}",
            severity=Alarm.Severity.WARNING,
            text=LATE,
            params={"hours": rules[case.group_id].handle_hours},
            url=f"{reverse('moderation:queue')}?group={case.group_id}",
            group_id=case.group_id,
        )
        for case in cases
        if at - case.opened_at > rules[case.group_id].handled_within
    ]
