"""A case is opened for what was noticed, or gets more evidence."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F

from moderation.models import Case, Evidence
from moderation.policy import TO_PEOPLE, Severity, Source, ladder_of
from moderation.services.known import Standing
from moderation.services.noticed import Noticed

PERMILLE = 1000


def open_case(standing: Standing, found: Sequence[Noticed], at: datetime) -> Case:
    first = max(found, key=lambda one: (one.certain, one.score))
    member = standing.members[first.membership_id]
    rule, second = standing.rules[member.group_id], member.pk in standing.posts
    case = Case.objects.create(
        group=member.group,
        membership=member,
        offence=first.offence,
        severity=first.severity,
        source=first.source,
        rule=first.rule,
        rule_version=first.rule.version if first.rule else None,
        explanation=first.rule.explanation if first.rule else "",
        key=f"{member.pk}:{first.offence}:{min(one.event_id for one in found)}",
        state_at=at,
        opened_at=at,
        needs_second=second and rule.second_for_posts,
        rank=_rank(first),
        standing={
            "tier": member.tier,
            "post": second,
            "days": max((at - member.joined_at).days, 0),
            "strikes": standing.strikes[member.pk, ladder_of(first.offence)],
        },
    )
    standing.open[member.pk, first.offence] = case
    return case


def _rank(noticed: Noticed) -> int:
    """0 is first: what is severe, what hurts people, what members reported."""
    severe = noticed.severity == Severity.SEVERE
    return 5 - 2 * severe - (noticed.offence in TO_PEOPLE) - (noticed.source == Source.REPORT)


def add(case: Case, found: Iterable[Noticed]) -> None:
    rows = [
        Evidence(
            case=case,
            event_id=one.event_id,
            offence=one.offence,
            message=one.message,
            author=one.author,
            text=one.text,
            at=one.at,
            day=one.day,
            rule=one.rule,
            score=round(one.score * PERMILLE) / PERMILLE,
            spans=[list(span) for span in one.spans],
            reason=one.reason[:300],
            parameters=one.parameters,
            taken_back_at=one.at if one.taken_back else None,
        )
        for one in found
    ]
    Evidence.objects.bulk_create(rows)
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    case.version += 1
