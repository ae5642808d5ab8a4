"""What will not go out as things stand: of groups that are asleep, and texts whose day is off. Drawn as skipped, with the reason."""

from dataclasses import dataclass

from django.db.models import Case, CharField, Value, When

from content import queries
from content.calendar.window import Window
from content.models import Post
from content.policy import SlotState, Why
from content.workflow import OPEN
from groupops.groups.policy import Lifecycle

MOST_OFF = 500  # texts of one window whose day is off, the first; they are written by hand
WAITING = (SlotState.PLANNED, *OPEN)


@dataclass(frozen=True)
class Doomed:
    """The groups of a window that say nothing (id → why), and the texts whose day is off (id → why)."""

    groups: dict[int, str]
    posts: dict[int, str]

    def column(self, group: str, *, posts: bool = False) -> dict[str, Case]:
        """As a column `doom` to group rows by; none where nothing is doomed, so that an index alone still answers."""
        cases = [When(**{f"{group}__in": pks}, then=Value(why)) for why, pks in _by_why(self.groups).items()]
        if posts:
            cases = [When(pk__in=pks, then=Value(why)) for why, pks in _by_why(self.posts).items()] + cases
        return {"doom": Case(*cases, default=Value(Why.NONE), output_field=CharField())} if cases else {}

    def of(self, group: int, post: int = 0) -> str:
        """Why nothing will be said, empty where it will."""
        return self.posts.get(post) or self.groups.get(group, Why.NONE)


def doomed(window: Window) -> Doomed:
    """Two queries."""
    asleep = window.groups.exclude(lifecycle=Lifecycle.ACTIVE).order_by().values_list("pk", "lifecycle")
    groups: dict[int, str] = {pk: Why.PAUSED if lifecycle == Lifecycle.PAUSED else Why.INACTIVE for pk, lifecycle in asleep}
    off = Post.objects.filter(queries.OFF, released_at=None, group__in=window.groups, due_at__gte=window.since, due_at__lt=window.until)
    rows = off.order_by("due_at", "pk").values_list("pk", "slot__why")[:MOST_OFF]
    return Doomed(groups, {pk: why or Why.PERSON for pk, why in rows})


def becomes(state: str, why: str) -> tuple[str, str]:
    """How a thing in that state is drawn, and with which reason: what still waits and is doomed, as skipped."""
    return (SlotState.SKIPPED, why) if why and state in WAITING else (state, "")


def _by_why(found: dict[int, str]) -> dict[str, list[int]]:
    whys: dict[str, list[int]] = {}
    for pk, why in found.items():
        whys.setdefault(why, []).append(pk)
    return whys
