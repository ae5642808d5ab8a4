"""今日待办: the kinds of things to do, which part of the day each belongs to, and until when one may sleep."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.shared.wall import wall_moment

LATE = timedelta(hours=1)  # older than this is overdue
SOON = timedelta(minutes=15)  # nearer than this is "now"
EVENING, MORNING = time(19), time(9)  # the seed's evening window begins at 19:00
KEEP = timedelta(days=1)  # a mark outlives its thing so long: an undo brings both back
FORGET = timedelta(days=60)  # and no mark lives longer
KEY_LENGTH = 80


@dataclass(frozen=True)
class Family:
    """Kinds that are filtered together: a pill with its icon, and the page that shows all of them."""

    label: Promise | str
    icon: str
    kinds: frozenset[str]
    tone: str  # a colour of .state-…
    page: str  # URL name
    query: str = ""


FAMILIES: dict[str, Family] = {
    "alarm": Family(_("Alarms"), "alert-triangle", frozenset({"critical", "warning", "notice"}), "red", "system"),
    "coverage": Family(_("Coverage"), "shield-check", frozenset({"coverage"}), "orange", "content:coverage-overview"),
    "send": Family(_("Sends"), "send", frozenset({"waiting_person", "review", "draft", "overdue", "held"}), "blue", "messaging:deliveries"),
    "failure": Family(
        _("Failures"), "alert-circle", frozenset({"unknown", "failed", "missed", "parked"}), "red", "messaging:deliveries", "?state=inbox"
    ),
    "duty": Family(_("Duties"), "checklist", frozenset({"duty"}), "green", "content:duties"),
    "question": Family(_("Questions"), "help-circle", frozenset({"question"}), "blue", "members:questions"),
    "newcomer": Family(_("Newcomers"), "user-plus", frozenset({"newcomer"}), "green", "members:newcomers"),
    "care": Family(_("Care"), "heart-handshake", frozenset({"care"}), "green", "members:roster"),
    "invite": Family(_("Invitations"), "ticket", frozenset({"waiting_list", "picture", "proof", "invitation"}), "blue", "members:codes"),
    "sweep": Family(_("Inactive sweep"), "user-minus", frozenset({"sweep"}), "orange", "members:sweep-review"),
    "violation": Family(_("Moderation"), "gavel", frozenset({"violation"}), "red", "moderation:queue"),
    "form": Family(_("Forms"), "forms", frozenset({"form"}), "blue", "members:forms"),
    "group": Family(_("Groups"), "messages", frozenset({"no_owner", "no_room"}), "gray", "groups:list"),
    "moment": Family(_("Key moments"), "flag", frozenset({"moment"}), "purple", "groups:moments", "?view=open"),
}
OTHER = Family(_("Other"), "circle-dot", frozenset(), "gray", "today")
_BY_KIND = {kind: name for name, family in FAMILIES.items() for kind in family.kinds}


def family_of(kind: str) -> str:
    """The family of a kind; "other" for one that nobody listed."""
    return _BY_KIND.get(kind, "other")


class Part(TextChoices):
    """The part of the list a thing stands in, in this order."""

    OVERDUE = "overdue", _("Overdue")
    NOW = "now", _("Due now")
    LATER = "later", _("Later today")
    ANYTIME = "anytime", _("When there is time")


WITHOUT_HOUR = frozenset({"group", "moment"})  # families that no hour is lost for


def part_of(*, kind: str, due: datetime, urgent: bool, at: datetime) -> Part:
    """Where a thing of this kind that is due then stands at `at`."""
    if family_of(kind) in WITHOUT_HOUR and not urgent:
        return Part.ANYTIME
    if due <= at - LATE:
        return Part.OVERDUE
    return Part.NOW if urgent or due <= at + SOON else Part.LATER


class Snooze(TextChoices):
    """How long a thing may sleep."""

    HOUR = "hour", _("For one hour")
    EVENING = "evening", _("Until this evening")
    TOMORROW = "tomorrow", _("Until tomorrow 09:00")


def wakes_at(snooze: Snooze, *, at: datetime, zone: str) -> datetime:
    """When it comes back: on the wall clock of the person's zone. An evening that has begun is tomorrow's."""
    here = at.astimezone(ZoneInfo(zone))
    tomorrow = here.date() + timedelta(days=1)
    if snooze == Snooze.HOUR:
        return at + timedelta(hours=1)
    if snooze == Snooze.TOMORROW:
        return wall_moment(tomorrow, MORNING, zone)
    return wall_moment(here.date() if here.time() < EVENING else tomorrow, EVENING, zone)
