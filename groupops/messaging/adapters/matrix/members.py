"""Remove, keep out, let in: state events of a person's membership, so that each has an id and carries our key."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Action, AlreadyDone, Found, InvalidTarget, Operation, Outcome, Resolution, Result
from groupops.messaging.adapters.matrix.room import Room

MEMBER = "m.room.member"
STRANGER = _("This person was never in the room.")
ALREADY = _("It is so already.")


@dataclass(frozen=True)
class Wish:
    """The membership to be set, and those in which nothing is left to do."""

    membership: str
    done: tuple[str, ...]
    strangers: bool = False  # also for somebody who was never there


WISHES = {
    Operation.KICK: Wish("leave", ("leave", "ban")),
    Operation.BAN: Wish("ban", ("ban",), strangers=True),
    Operation.UNBAN: Wish("leave", ("leave", "join", "invite", "knock")),
}


def change(room: Room, action: Action) -> Outcome:
    """Set the membership. Raises AlreadyDone, InvalidTarget. The room's server would take a removal of anybody, present or not."""
    wish = WISHES[action.operation]
    earlier = room.earlier(action, action.key)
    if earlier:
        return Outcome(Result.DONE, (earlier[action.key],))
    event = room.state(MEMBER, action.user)
    if event is None and not wish.strangers:
        raise InvalidTarget(STRANGER)
    if _membership(event) in wish.done:
        raise AlreadyDone(ALREADY)
    reason = {"reason": action.text} if action.text else {}
    event_id = room.set(MEMBER, {"membership": wish.membership} | reason, key=action.key, state_key=action.user)
    return Outcome(Result.DONE, (event_id,))


def resolve(room: Room, action: Action) -> Resolution:
    """Whether it is so, or was made so by us and changed since."""
    event = room.state(MEMBER, action.user)
    if _membership(event) in WISHES[action.operation].done:
        return Resolution(Found.SENT, (_proof(event, action),))
    seen = room.seen(action, [action.key])
    return Resolution(Found.SENT, (seen[action.key],)) if seen else Resolution(Found.NOT_SENT)


def _membership(event: dict[str, object] | None) -> str:
    content = (event or {}).get("content", event) or {}
    return str(content.get("membership", "")) if isinstance(content, dict) else ""


def _proof(event: dict[str, object] | None, action: Action) -> str:
    return str((event or {}).get("event_id") or f"{MEMBER}:{action.user}")
