"""Whether an act has happened, by what is so now. What was said cannot be looked up: OneBot's messages carry no key of ours.

Sources: https://github.com/botuniverse/onebot-11, api/public.md, get_group_member_info and get_msg; `shut_up_timestamp` is an extension of
go-cqhttp, NapCat and Lagrange, without which nobody can tell who is muted.
"""

from collections.abc import Callable

from groupops.messaging.adapter import Action, Found, InvalidTarget, Operation, Resolution
from groupops.messaging.adapters.onebot11.answers import LOST_MESSAGE
from groupops.messaging.adapters.onebot11.calls import Calls, remote
from groupops.shared import clock

Look = Callable[[Calls, Action], bool | None]  # None: cannot be told
MINUTE = 60  # seconds: QQ counts mutes from when it got the order, and in minutes


def resolve(calls: Calls, action: Action) -> Resolution:
    """The state that the act was to bring about: whoever did that, it need not be done again. Raises AdapterError."""
    look = LOOKS.get(action.operation)
    so = look(calls, action) if look else None
    if so is None:
        return Resolution(Found.CANNOT_TELL)
    return Resolution(Found.SENT, (f"{action.operation}:{action.user or action.message}",)) if so else Resolution(Found.NOT_SENT)


def _gone(calls: Calls, action: Action) -> bool:
    """A removal and a removal for good look alike: one call does both, so that one shows the other."""
    return calls.member(action.group, action.user) is None


def _recalled(calls: Calls, action: Action) -> bool:
    try:
        calls.ask("get_msg", message_id=remote(action.message))
    except InvalidTarget as error:
        if error.code in LOST_MESSAGE:
            return True
        raise
    return False


def _end(calls: Calls, action: Action) -> int | None:
    """When the mute of a member ends, in Unix seconds; 0 when there is none, None where this is not told."""
    member = calls.member(action.group, action.user)
    if member is None:
        return 0
    end = member.get("shut_up_timestamp")
    return end if isinstance(end, int) and not isinstance(end, bool) else None


def _muted(calls: Calls, action: Action) -> bool | None:
    """At least as long as was asked for."""
    end = _end(calls, action)
    return None if end is None or action.until is None else end >= action.until.timestamp() - MINUTE


def _unmuted(calls: Calls, action: Action) -> bool | None:
    end = _end(calls, action)
    return None if end is None else end <= clock.now().timestamp()


LOOKS: dict[Operation, Look] = {
    Operation.DELETE_MESSAGE: _recalled,
    Operation.MUTE: _muted,
    Operation.UNMUTE: _unmuted,
    Operation.KICK: _gone,
    Operation.BAN: _gone,
}
