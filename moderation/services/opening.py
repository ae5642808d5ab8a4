"""A case is opened for what was noticed, or gets more evidence."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from members.models import Membership
from moderation.models import Case, Evidence
from moderation.policy import TO_PEOPLE, Severity, Source, ladder_of
from moderation.services.known import Standing
from moderation.services.noticed import Noticed

PERMILLE = 1000


def first_of(found: Sequence[Noticed]) -> Noticed:
    """What a case is called by: what is certain, then what scored highest."""
    return max(found, key=lambda one: (one.certain, one.score))


def key_of(first: Noticed, found: Iterable[Noticed]) -> str:
    """Of the case of an incident: the member, the offence, the first message."""
    return f"{first.membership_id}:{first.offence}:{min(one.event_id for one in found)}"


def snapshot(member: Membership, *, post: bool, strikes: int, at: datetime) -> dict[str, Any]:
    """A member's standing, kept with the case."""
    return {"tier": member.tier, "post": post, "days": max((at - member.joined_at).days, 0), "strikes": strikes}


def open_case(standing: Standing, found: Sequence[Noticed], at: datetime) -> Case:
    first = first_of(found)
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
        key=key_of(first, found),
        state_at=at,
        opened_at=at,
        needs_second=second and rule.second_for_posts,
        rank=_rank(first),
        standing=snapshot(member, post=second, strikes=standing.strikes[member.pk, ladder_of(first.offence)], at=at),
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
