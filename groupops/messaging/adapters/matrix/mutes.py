"""Mute and unmute by power levels. The level of before is kept beside the mute, in the same event; the engine plans the end."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Action, AlreadyDone, Found, InvalidTarget, Operation, Outcome, PermissionDenied, Resolution, Result
from groupops.messaging.adapters.matrix.members import ALREADY, MEMBER, STRANGER
from groupops.messaging.adapters.matrix.powers import POWERS, Powers
from groupops.messaging.adapters.matrix.room import Room

RANK = _("The account's power level is not above that of this person: it cannot be changed.")


def change(room: Room, action: Action) -> Outcome:
    """Take the right to speak, or give it back. Raises AlreadyDone, InvalidTarget, PermissionDenied."""
    quiet = action.operation == Operation.MUTE
    powers = room.powers()
    if quiet and room.state(MEMBER, action.user) is None:
        raise InvalidTarget(STRANGER)
    if powers.speaks(action.user) is not quiet:
        raise AlreadyDone(ALREADY)
    if powers.of(action.user) >= powers.of(room.account):  # the homeserver would say no less, but not why
        raise PermissionDenied(RANK)
    event = room.edit(POWERS, _edit(powers, action.user, quiet=quiet), key=action.key)
    return Outcome(Result.DONE, (event,))


def resolve(room: Room, action: Action) -> Resolution:
    """Whether it is so now, or was made so by us and changed since."""
    quiet = action.operation == Operation.MUTE
    if room.powers().speaks(action.user) is not quiet:
        return Resolution(Found.SENT, (str((room.state(POWERS) or {}).get("event_id") or f"{POWERS}:{action.user}"),))
    seen = room.seen(action, [action.key])
    return Resolution(Found.SENT, (seen[action.key],)) if seen else Resolution(Found.NOT_SENT)


def _edit(powers: Powers, user: str, *, quiet: bool) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    def edit(content: Mapping[str, Any]) -> dict[str, Any] | None:
        now = Powers(content, powers.creators)
        if now.speaks(user) is not quiet:
            return None
        return now.muted(user) if quiet else now.lifted(user)

    return edit
