"""Turns as detectors see them, and what was said before them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery, Sum

from groupops.inbound.models import StoredEvent
from groupops.inbound.turn import Turn
from groupops.messaging.adapter import EventKind
from members.models import DailyActivity, Membership
from moderation.detection.messages import OLD, Message
from moderation.detection.model import Model
from moderation.detection.rules import RuleKind, Screens, parse
from moderation.learning import queries as learning
from moderation.models import Rule
from moderation.queries.rules import IN_USE, detector_of, learned_of

LOOK_BACK = timedelta(minutes=15)
MOST_BEFORE = 1000


def message_of(turn: Turn, posts: int, joined_at: datetime | None) -> Message:
    """A turn, with how much its member had said before and since when they are here."""
    return Message(
        key=turn.event_id,
        group=turn.group_id,
        author=turn.person_id or 0,
        at=turn.at,
        text=turn.text,
        posts_before=posts,
        joined_at=joined_at,
        mentions=turn.text.count("@"),
        pictures=turn.text.count("[图片]"),
        mentions_all="@所有人" in turn.text or "@全体成员" in turn.text,
    )


def _before(turns: Sequence[Turn]) -> list[Message]:
    """What was said in these groups shortly before, for the rules that count; at most MOST_BEFORE."""
    first, groups = min(turn.at for turn in turns), {turn.group_id for turn in turns}
    rows = StoredEvent.objects.filter(
        group__in=groups, kind=EventKind.MESSAGE, occurred_at__gte=first - LOOK_BACK, person_id__isnull=False, own=False
    ).exclude(pk__in=[turn.event_id for turn in turns])
    found = rows.order_by("-occurred_at", "-pk").values_list("pk", "group", "person_id", "occurred_at", "text")[:MOST_BEFORE]
    return [Message(key=pk, group=group or 0, author=person or 0, at=at, text=text) for pk, group, person, at, text in found]


def _posts(turns: Iterable[Turn]) -> dict[int, tuple[int, datetime]]:
    """How much each member had said before, and since when they are here; OLD is who spoke on more days than probation asks for.

    Three queries. Only the newest days of a member are read, as many as needed: the sum over everybody's years grew with them.
    """
    members = {turn.membership_id for turn in turns if turn.membership_id}
    told = Rule.objects.filter(sort=RuleKind.PROBATION, state__in=IN_USE).values_list("settings", flat=True)
    few = max((parse(RuleKind.PROBATION, settings)["posts"] for settings in told), default=1)
    days = DailyActivity.objects.filter(membership=OuterRef("pk"), messages__gt=0).order_by("-day").values("day")
    rows = Membership.objects.filter(pk__in=members).annotate(spoke=Subquery(days[few - 1 : few]))
    found = {pk: (OLD if spoke else 0, at) for pk, at, spoke in rows.values_list("pk", "joined_at", "spoke")}
    fresh = [pk for pk, (known, _at) in found.items() if not known]
    if fresh:
        said = DailyActivity.objects.filter(membership__in=fresh).order_by().values_list("membership").annotate(n=Sum("messages"))
        found |= {pk: (n, found[pk][1]) for pk, n in said}
    return found


class Past:
    """What a look needs besides the messages; where a history is played again (moderation.rehearsals), not from the database."""

    def before(self, turns: Sequence[Turn]) -> list[Message]:
        """What was said in these groups shortly before."""
        return _before(turns)

    def posts(self, turns: Iterable[Turn]) -> dict[int, tuple[int, datetime]]:
        """By membership: how much they had said, and since when they are here."""
        return _posts(turns)

    def detector(self, rules: list[Rule]) -> Screens:
        """What looks for these rules, without those of the model."""
        return detector_of(rules)

    def models(self, group_ids: Collection[int]) -> dict[int, int]:
        """The model in use of each group that has one, by number."""
        return learning.in_use(group_ids)

    def learned(self, rules: Sequence[Rule], model: Model) -> Screens:
        """The model's rules of these."""
        return learned_of(rules, model)


LIVE = Past()
