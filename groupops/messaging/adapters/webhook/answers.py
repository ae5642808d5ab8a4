"""What a bridge's answers mean. Its author is a stranger: every field is checked, and only a short plain line of it is ever shown.

docs/reference/webhook-bridge.md describes the answers for people.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import (
    AccountRestricted,
    AdapterError,
    AlreadyDone,
    ContentRejected,
    InvalidTarget,
    LoginRequired,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Unavailable,
)
from groupops.messaging.wire import LONGEST_HINT, Answer
from groupops.shared import intake

ID_WIDTH, LINE_WIDTH = 255, 200
MOST_IDS = 100  # of one act
NO_BRIDGE = _("There is no bridge at this address.")
NONSENSE = _("The bridge answered something that is none of its answers.")
UNCLEAR = _("The bridge does not know how it ended. Look in the group.")
TOO_LARGE = _("The bridge does not accept requests of this size.")
ERRORS: dict[str, tuple[type[AdapterError], str]] = {
    "not_supported": (NotSupported, _("The bridge cannot do that here.")),
    "invalid_target": (InvalidTarget, _("The bridge does not know the room, the person or the message.")),
    "already_done": (AlreadyDone, _("It is so already.")),
    "permission_denied": (PermissionDenied, _("The account has no right to do this in this room.")),
    "content_rejected": (ContentRejected, _("The platform does not accept this text.")),
    "rate_limited": (RateLimited, _("Too many messages in a short time; the platform asks to wait.")),
    "login_required": (LoginRequired, _("The bridge does not accept our signature, or its own account is logged out.")),
    "account_restricted": (AccountRestricted, _("The platform has restricted the account.")),
    "unavailable": (Unavailable, _("The bridge cannot reach its platform at the moment.")),
}
# Without an answer of the bridge's own: what stands before it has refused the request, so that nothing was done.
BARE: dict[int, tuple[type[AdapterError], str]] = {401: ERRORS["login_required"], 413: (ContentRejected, TOO_LARGE)}


def judge(answer: Answer, *, acts: bool, secrets: Collection[str]) -> None:
    """Nothing where the bridge answers in its own words without an error; else raise what it proves. `acts`: it may have been done."""
    code = answer.code("error")
    if code in ERRORS:
        _refuse(answer, code, said(answer.field("line"), secrets=secrets))
    if answer.status >= 400:
        error, line = BARE.get(answer.status, (Unavailable, NO_BRIDGE))
        raise error(line, code=str(answer.status))
    if not isinstance(answer.data, dict) or "error" in answer.data:
        raise nonsense(acts=acts)


def _refuse(answer: Answer, code: str, line: str) -> None:
    error, own = ERRORS[code]
    if issubclass(error, RateLimited):
        raise error(line or own, after=_seconds(answer.field("after")), code=code)
    raise error(line or own, code=code)


def nonsense(*, acts: bool) -> AdapterError:
    """For an answer that cannot be understood: of an act nobody knows whether it was done."""
    error: type[AdapterError] = OutcomeUnknown if acts else Unavailable
    return error(NONSENSE, code="nonsense")


def said(value: Any, *, secrets: Collection[str]) -> str:
    """A bridge's line for operators: plain, short, marked as not ours; empty where there is none or it gives a secret away."""
    if not isinstance(value, str) or any(secret in value for secret in secrets):
        return ""
    plain = "".join(sign if sign.isprintable() else " " for sign in value[: 4 * LINE_WIDTH])
    words = " ".join(plain.split())
    return f"webhook: {words[:LINE_WIDTH]}" if words else ""


def is_id(value: Any) -> bool:
    """Whether it is an id: text that both databases keep, of at most 255 characters."""
    return isinstance(value, str) and 0 < len(value) <= ID_WIDTH and intake.is_clean(value)


def ids(answer: Answer, *, acts: bool) -> tuple[str, ...]:
    """The remote ids of an act, perhaps none. Raises OutcomeUnknown (Unavailable unless `acts`) for what is no list of ids."""
    found = answer.field("ids")
    if found is None:
        return ()
    if not isinstance(found, list) or len(found) > MOST_IDS or not all(map(is_id, found)):
        raise nonsense(acts=acts)
    return tuple(found)


def rows(answer: Answer, name: str, *, most: int) -> Sequence[Any]:
    """A list of an answer that was read. Raises Unavailable."""
    found = answer.field(name)
    if not isinstance(found, list) or len(found) > most:
        raise nonsense(acts=False)
    return found


def named(row: Any) -> tuple[str, str]:
    """Id and name of a room or a person; without a name the id. Raises Unavailable."""
    if not isinstance(row, dict) or not is_id(row.get("id")):
        raise nonsense(acts=False)
    name = row.get("name") or row["id"]
    if not isinstance(name, str) or not intake.is_clean(name):
        raise nonsense(acts=False)
    return row["id"], name[:LINE_WIDTH]


def _seconds(value: Any) -> float:
    """0 where the bridge does not say."""
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    return min(float(value), LONGEST_HINT) if fits else 0.0
