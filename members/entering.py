"""群活码: which group a join page shows now. A group is passed over while it is full, its picture has expired, or it has no way in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

PICTURE_LASTS = timedelta(days=7)  # WeChat's own rule for the QR code of a group
PICTURE_MOST = 200  # members, from which on WeChat lets nobody in by QR code
WARN_AHEAD = timedelta(days=2)  # ours: so long before a picture expires somebody is told
CONTACT_KEPT = timedelta(days=30)  # ours: what a waiting person left is forgotten afterwards


class Way(TextChoices):
    """Whether a group can be joined through its entrance now, and if not, why."""

    OPEN = "open", _("Open")
    FULL = "full", _("Full")
    EXPIRED = "expired", _("Its picture has expired")
    NONE = "none", _("No way in is noted")
    RESTING = "resting", _("The group is not active")
    SHUT = "shut", _("Shut by hand")
    HELD = "held", _("Held: too many join at once")


class WaitingState(TextChoices):
    """Where somebody on a waiting list is."""

    WAITING = "waiting", _("Waiting")
    CALLED = "called", _("There is room")
    JOINED = "joined", _("Came in")
    DROPPED = "dropped", _("No longer waits")


def digest_of(contact: str) -> str:
    """By which the same person does not wait twice."""
    return salted_hmac("members.joining.waiting", contact.strip().casefold(), algorithm="sha256").hexdigest()


@dataclass(frozen=True)
class Door:
    """A group as somebody sees it who wants to come in. `most` is how many it may have; `picture` whether one is there."""

    group_id: int
    members: int
    most: int
    link: str = ""
    steps: str = ""
    picture: bool = False
    picture_until: datetime | None = None
    active: bool = True
    shut: bool = False
    held: bool = False  # for now, by itself: members.holding

    @property
    def only_picture(self) -> bool:
        """Whether the picture is the only way in, so that the platform's own limit of it counts."""
        return self.picture and not self.link

    @property
    def limit(self) -> int:
        """From how many members on nobody comes in here."""
        return min(self.most, PICTURE_MOST) if self.only_picture else self.most

    def shows_picture(self, at: datetime) -> bool:
        """Whether the picture still opens anything, and may for now."""
        return self.picture and not self.held and (self.picture_until is None or self.picture_until > at)

    def way(self, at: datetime) -> Way:
        """Whether one may come in now, else the first reason why not."""
        if not self.active:
            return Way.RESTING
        if self.shut:
            return Way.SHUT
        if self.held:
            return Way.HELD
        if self.members >= self.limit:
            return Way.FULL
        if self.link or self.shows_picture(at):
            return Way.OPEN
        if self.picture:
            return Way.EXPIRED
        return Way.OPEN if self.steps else Way.NONE

    def room(self, at: datetime) -> int:
        """How many more may come in now."""
        return self.limit - self.members if self.way(at) == Way.OPEN else 0


def pick(doors: Iterable[Door], at: datetime) -> Door | None:
    """The first group that is open, in the order of the code; None: all are full or shut, one has to wait."""
    return next((door for door in doors if door.way(at) == Way.OPEN), None)
