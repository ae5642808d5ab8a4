"""What a night is judged by: of each group its rule, its local day, and whether we heard it at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Min

from groupops.groups import queries as groups
from groupops.groups.models import Group, GroupDay
from members.tiering import TierRule

POLICY = "members.tiers"
ONE = timedelta(days=1)


@dataclass(frozen=True)
class Given:
    """One group's night: the closed local day `day`, the days `start`–`day` that count, the rule.

    `heard_since` is the first day on which a message was received (None: never), `heard_lately` whether one was of late.
    """

    group_id: int
    zone: str
    day: date
    rule: TierRule
    heard_since: date | None = None
    heard_lately: bool = False

    @property
    def start(self) -> date:
        """The first day that counts."""
        return self.day - timedelta(days=self.rule.window_days - 1)

    @property
    def known_before(self) -> datetime | None:
        """Who was there before this moment has been heard for the whole grace and may be a lurker; None: nobody."""
        first = self.day - timedelta(days=max(self.rule.grace_days, 1) - 1)
        if self.heard_since is None or self.heard_since > first:
            return None
        return datetime.combine(first + ONE, time(), ZoneInfo(self.zone))

    def under(self, rule: TierRule) -> "Given":
        """The same night under another rule."""
        return replace(self, rule=rule)

    def as_row(self, *, at_once: bool) -> dict[str, Any]:
        """As the statement takes it; `at_once` leaves the grace out."""
        rule, known = self.rule, self.known_before
        grace = 0 if at_once else rule.grace_days
        return {
            "group_id": self.group_id,
            "day": self.day.isoformat(),
            "start": self.start.isoformat(),
            "cut": (self.day - timedelta(days=grace)).isoformat(),
            "known_before": known.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S") if known else None,
            **{f"gain_{n}": threshold for n, threshold in enumerate(rule.thresholds, 1)},
            # The least whole score that is still `hold_percent` of the threshold.
            **{f"hold_{n}": -(-rule.hold_percent * threshold // 100) for n, threshold in enumerate(rule.thresholds, 1)},
        }


WEIGHTS = ("per_day", "per_message", "messages_a_day", "per_reply", "replies_a_day", "per_contribution")


def last_day(zone: str, at: datetime) -> date:
    """The local day that ended last."""
    return at.astimezone(ZoneInfo(zone)).date() - ONE


def given(rows: Iterable[Group], at: datetime) -> list[Given]:
    """The nights of these groups; two queries for all of them."""
    found = list(rows)
    rules: Mapping[int, TierRule] = groups.policies_for(POLICY, found)
    heard = GroupDay.objects.filter(group__in=[group.pk for group in found], messages__gt=0).order_by().values_list("group")
    days = {pk: (first, last) for pk, first, last in heard.annotate(first=Min("day"), last=Max("day"))}
    return [_given(group, rules[group.pk], days.get(group.pk), last_day(group.zone, at)) for group in found]


def _given(group: Group, rule: TierRule, heard: tuple[date, date] | None, day: date) -> Given:
    if heard is None:
        return Given(group.pk, group.zone, day, rule)
    first, last = heard
    return Given(group.pk, group.zone, day, rule, first, heard_lately=day - last < timedelta(days=rule.quiet_days))
