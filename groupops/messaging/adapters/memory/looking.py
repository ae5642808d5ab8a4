"""Whether an act has happened: by our key where the platform shows it, else by what is so now."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from groupops.messaging.adapter import Action, Found, InvalidTarget, NotSupported, Operation, Resolution
from groupops.messaging.adapters.memory.calls import Calls

Look = Callable[[Calls, Action], bool | None]  # None: cannot be told


def keyed(calls: Calls, group: str, keys: Sequence[str]) -> Mapping[str, str]:
    """Keys → ids of what was done under them. Raises NotSupported where the platform hides them."""
    found = {key: calls.get("rooms", group, "messages", key=key).field("id") for key in keys}
    return {key: str(remote) for key, remote in found.items() if remote}


def resolve(calls: Calls, action: Action) -> Resolution:
    """The act itself, or the state that it was to bring about: whoever did that, it need not be done again."""
    try:
        done = keyed(calls, action.group, [action.key]).get(action.key)
    except NotSupported:
        done = None
    if done:
        return Resolution(Found.SENT, (done,))
    so = LOOKS[action.operation](calls, action)
    if so is None:
        return Resolution(Found.CANNOT_TELL)
    return Resolution(Found.SENT, (f"{action.operation}:{action.user or action.message}",)) if so else Resolution(Found.NOT_SENT)


def _announced(calls: Calls, action: Action) -> bool:
    standing = calls.get("rooms", action.group).field("announcement")
    return isinstance(standing, dict) and standing.get("text") == action.text


def _pinned(calls: Calls, action: Action) -> bool | None:
    """A text that was to be said and pinned at once has only its key."""
    if action.message:
        return _message(calls, action, "pinned")
    try:
        return bool(keyed(calls, action.group, [action.key]))
    except NotSupported:
        return None


def _message(calls: Calls, action: Action, state: str) -> bool:
    try:
        return bool(calls.get("rooms", action.group, "messages", action.message).field(state))
    except InvalidTarget as error:
        if error.code == "no_such_message":
            return False
        raise


def _person(calls: Calls, action: Action, state: str) -> bool:
    return bool(calls.get("rooms", action.group, "members", action.user).field(state))


def _muted(calls: Calls, action: Action) -> bool:
    """At least as long as was asked for."""
    person = calls.get("rooms", action.group, "members", action.user)
    until = person.field("until")
    if not person.field("muted"):
        return False
    return until is None or (action.until is not None and datetime.fromisoformat(until) >= action.until)


LOOKS: dict[Operation, Look] = {
    Operation.ANNOUNCE: _announced,
    Operation.PIN: _pinned,
    Operation.DELETE_MESSAGE: lambda calls, action: _message(calls, action, "recalled"),
    Operation.MUTE: _muted,
    Operation.UNMUTE: lambda calls, action: not _person(calls, action, "muted"),
    Operation.KICK: lambda calls, action: not _person(calls, action, "present"),
    Operation.BAN: lambda calls, action: _person(calls, action, "banned"),
    Operation.UNBAN: lambda calls, action: not _person(calls, action, "banned"),
}
