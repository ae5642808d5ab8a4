"""值守覆盖: the alarms of coverage, opened and closed as a look over all groups finds them."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext_noop

from content.coverage import Gap, open_gaps
from content.queries.coverage import FAMILY, facts_now, watched
from groupops.groups.models import Group
from groupops.groups.policy import Coverage
from groupops.record import services as record
from groupops.record.models import Alarm

TEXTS = {
    Gap.EMPTY: gettext_noop("%(group)s: nothing was said on %(day)s, and nothing more is planned for it."),
    Gap.QUESTION: gettext_noop("%(group)s: a question found nobody for %(hours)d hours of waking time."),
    Gap.SLOT: gettext_noop("%(group)s: a post found no reaction for %(hours)d hours of waking time."),
}


def watch(*, at: datetime) -> tuple[int, int]:
    """Bring the alarms to what is the case; returns how many were opened and closed. A constant number of queries."""
    wanted = [
        _standing(group, facts.policy, gap, day) for group, facts in facts_now(watched(), at).values() for gap, day in open_gaps(facts, at)
    ]
    return record.keep_alarms(family=FAMILY, wanted=wanted, at=at)


def _standing(group: Group, policy: Coverage, gap: Gap, day: date) -> record.Standing:
    url = f"{reverse('members:questions')}?group={group.pk}" if gap == Gap.QUESTION else reverse("content:coverage", args=[group.pk])
    return record.Standing(
        key=f"{FAMILY}{gap.value}:{group.pk}:{day.isoformat()}",
        severity=Alarm.Severity.CRITICAL if policy.loud else Alarm.Severity.WARNING,
        text=TEXTS[gap],
        params={"group": group.name, "day": day.isoformat(), "hours": policy.silence_hours},
        url=url,
        group_id=group.pk,
    )
