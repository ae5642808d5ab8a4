"""Where a group is in its life and in the ecosystem, and how it may move."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Lifecycle(TextChoices):
    """Where a group is in its life."""

    PLANNED = "planned", _("Not started")
    ACTIVE = "active", _("Running")
    PAUSED = "paused", _("Paused")
    ARCHIVED = "archived", _("Archived")


class Level(TextChoices):
    """The level in the ecosystem (seed: 多层次社群体系)."""

    FREE = "free", _("Free")
    PAID = "paid", _("Paid")
    HIGH_END = "high_end", _("High-end")
    REGIONAL = "regional", _("Regional")


class Scope(TextChoices):
    """How wide a policy's value reaches; the nearest wins."""

    SITE = "site", _("Whole site")
    KIND = "kind", _("Kind of group")
    GROUP = "group", _("One group")


L = Lifecycle
# The whole machine. A move that is not here is refused in the words of REFUSALS.
LIFECYCLE_MOVES: dict[Lifecycle, frozenset[Lifecycle]] = {
    L.PLANNED: frozenset({L.ACTIVE, L.ARCHIVED}),
    L.ACTIVE: frozenset({L.PAUSED, L.ARCHIVED}),
    L.PAUSED: frozenset({L.ACTIVE, L.ARCHIVED}),
    L.ARCHIVED: frozenset(),
}
REFUSALS: dict[Lifecycle, Promise] = {
    L.PLANNED: _("A group that has started cannot go back to being planned. Pause it instead."),
    L.ACTIVE: _("An archived group stays archived. Create a new group of the same kind instead."),
    L.PAUSED: _("Only an active group can be paused."),
    L.ARCHIVED: _("This group is archived already."),
}
# Who feeds whom (seed: free groups win users, paid groups serve them in depth, high-end groups cooperate; regional groups are local).
# That regional groups take from free ones and lead to paid ones is ours.
FEEDS: dict[Level, tuple[Level, ...]] = {
    Level.FREE: (Level.PAID, Level.REGIONAL),
    Level.REGIONAL: (Level.PAID,),
    Level.PAID: (Level.HIGH_END,),
    Level.HIGH_END: (),
}


def refusal(now: Lifecycle, to: Lifecycle) -> Promise | None:
    """Why a group that is `now` cannot become `to`, in words; None when it can."""
    if to in LIFECYCLE_MOVES[now]:
        return None
    if now == to == Lifecycle.ACTIVE:
        return _("This group is active already.")
    return REFUSALS[to]
