"""The room of a sandbox on its own platform: furnish it, and let a member do something there."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groupops.messaging.fake_platform import ondisk
from groupops.messaging.fake_platform.platform import Order, Platform, Refusal
from groupops.shared.errors import Conflict
from groupops.simulator.sandbox import cast
from groupops.simulator.sandbox.policy import SAYING, Deed

REFUSED = {
    "muted": gettext_lazy("This member is muted and may not speak."),
    "banned": gettext_lazy("This member is kept out of the group."),
    "forbidden": gettext_lazy("This member is not in the group. Let them join first."),
    "rejected": gettext_lazy("The platform does not take this text."),
    "already": gettext_lazy("It is so already."),
    "no_such_message": gettext_lazy("The message is not in this room."),
}
FIRST = timedelta(days=90)  # before the opening: when the oldest member joined


class NotPossible(Conflict):
    """The platform refuses what the member wants to do."""


def furnish(folder: str, room: str, name: str, *, group_id: int, at: datetime) -> None:
    """Open a room with our account and the cast, who joined one after another over the months before `at`."""
    inside = [persona for persona in cast.CAST if persona.inside]
    with ondisk.opened(ondisk.folder_of(folder), now=lambda: at - FIRST) as platform:
        platform.open_room(room, name, {cast.BOT: cast.BOT_NAME})
        for number, persona in enumerate(inside):
            _at(platform, at - FIRST + number * (FIRST - timedelta(days=2)) / len(inside))
            platform.join(room, persona.remote_id(group_id), persona.name)


def _at(platform: Platform, moment: datetime) -> None:
    platform.now = lambda: moment


def do(folder: str, room: str, deed: Deed, *, user: str, name: str, text: str, message: str, at: datetime) -> str:
    """Let `user` (`name`) do something at the moment `at`; returns the id of what happened. Raises NotPossible."""
    with ondisk.opened(ondisk.folder_of(folder), now=lambda: at) as platform:
        before = len(platform.history)
        try:
            _do(platform, room, deed, user=user, name=name, text=text, message=message)
        except Refusal as refusal:
            raise NotPossible(REFUSED.get(refusal.code) or _("The platform refuses this.")) from None
        if len(platform.history) == before:
            raise NotPossible(REFUSED["already"])
        return str(platform.history[-1]["id"])


def _do(platform: Platform, room: str, deed: Deed, *, user: str, name: str, text: str, message: str) -> None:
    acts: dict[Deed, Callable[[], object]] = {
        Deed.JOIN: lambda: platform.join(room, user, name),
        Deed.LEAVE: lambda: platform.leave(room, user),
        Deed.RENAME: lambda: _rename(platform, room, user, text),
        Deed.RECALL: lambda: platform.act("recall", room, Order(by=user, message=message)),
    }
    if deed in SAYING:
        platform.say(room, user, text)
    else:
        acts[deed]()


def _rename(platform: Platform, room: str, user: str, name: str) -> None:
    platform.room_for(room, user)  # only who is in it
    platform.open_room(room, name, {})


def standing(folder: str, room: str, *, at: datetime) -> dict[str, str]:
    """Who is in the room now, account → "here" or "muted", and who is kept out, "banned"."""
    with ondisk.opened(ondisk.folder_of(folder), now=lambda: at) as platform:
        found = platform.rooms.get(room)
        if found is None:
            return {}
        here = {user: "muted" if found.muted_until(user, at) is not None else "here" for user in found.members}
        return here | dict.fromkeys(found.banned, "banned")
