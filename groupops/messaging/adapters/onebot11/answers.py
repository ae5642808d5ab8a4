"""What OneBot's answers mean. HTTP is 200 even when an action fails: the verdict is `status` and `retcode`.

Sources: https://github.com/botuniverse/onebot-11, communication/http.md, 响应 (401 and 403 token, 406 and 400 body, 404 action; ok, async,
failed) and communication/ws.md, 响应 (1400, 1401, 1403, 1404); CoolQ HTTP API 4.15, 返回码 (100 to 201); the words in `msg` are those of
go-cqhttp, coolq/api.go.
"""

from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import (
    AdapterError,
    ContentRejected,
    InvalidTarget,
    LoginRequired,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    Unavailable,
)
from groupops.messaging.wire import Answer
from groupops.shared import clock

TOKEN = _("OneBot does not accept the access token.")
NO_ONEBOT = _("There is no OneBot at this address.")
UNKNOWN_ACTION = _("This OneBot implementation cannot do that.")
REFUSED = _("OneBot does not accept the request.")
NO_RIGHT = _("QQ refuses: the account is not in this group, or is no administrator there.")
NOT_READY = _("OneBot cannot work at the moment.")
NO_GROUP = _("The account is not in this group, or it does not exist.")
NO_MEMBER = _("The person is not in this group.")
NO_MESSAGE = _("OneBot does not know this message (any more).")
EMPTY = _("QQ does not accept an empty text.")
LATER = _("OneBot will carry it out at some time, and will not say how it ended.")
UNCLEAR = _("OneBot reports a failure that may be none: some report one for a message that is in the group. Look there.")
NONSENSE = _("OneBot answered something that is none of its answers.")

HTTP: dict[int, tuple[type[AdapterError], str]] = {
    401: (LoginRequired, TOKEN),  # access token 未提供
    403: (LoginRequired, TOKEN),  # access token 不符合
    400: (ContentRejected, REFUSED),  # 正文格式不正确
    406: (ContentRejected, REFUSED),  # Content-Type 不支持
    413: (ContentRejected, REFUSED),
}
RETCODES: dict[int, tuple[type[AdapterError], str]] = {
    102: (PermissionDenied, NO_RIGHT),  # 一般是因为传入参数有效但没有权限
    103: (PermissionDenied, NO_RIGHT),  # 操作失败，一般是因为用户权限不足
    104: (Unavailable, NOT_READY),  # 凭证失效: asked for with cookies, never carried out
    201: (Unavailable, NOT_READY),  # 工作线程池未正确初始化
    404: (NotSupported, UNKNOWN_ACTION),  # go-cqhttp
    1400: (ContentRejected, REFUSED),
    1401: (LoginRequired, TOKEN),
    1403: (LoginRequired, TOKEN),
    1404: (NotSupported, UNKNOWN_ACTION),
}
# go-cqhttp fails with 100 for everything; its word says whether anything was tried. SEND_MSG_API_ERROR is not here: it was seen for
# messages that had arrived (go-cqhttp issues 382 and 479), as were 1200 and 200 of NapCat (issues 932 and 1772).
WORDS: dict[str, tuple[type[AdapterError], str]] = {
    "GROUP_NOT_FOUND": (InvalidTarget, NO_GROUP),
    "MEMBER_NOT_FOUND": (InvalidTarget, NO_MEMBER),
    "GROUP_MEMBER_NOT_FOUND": (InvalidTarget, NO_MEMBER),
    "MESSAGE_NOT_FOUND": (InvalidTarget, NO_MESSAGE),
    "MSG_NOT_FOUND": (InvalidTarget, NO_MESSAGE),
    "PERMISSION_DENIED": (PermissionDenied, NO_RIGHT),
    "EMPTY_MSG_ERROR": (ContentRejected, EMPTY),
}
LOST_MESSAGE = ("MESSAGE_NOT_FOUND", "MSG_NOT_FOUND")
ASYNC = 1


def data_of(answer: Answer, *, acts: bool) -> Any:
    """The `data` of an action that OneBot calls done, else raise what its answer proves. `acts`: it may have happened all the same.

    Every code that is not in the tables proves nothing: OutcomeUnknown for what acts, Unavailable for what only asks.
    """
    unclear = OutcomeUnknown if acts else Unavailable
    retcode = answer.field("retcode")
    known = isinstance(retcode, int) and not isinstance(retcode, bool)
    if answer.status in HTTP or not known:
        raise _by_status(answer, unclear)
    if retcode == 0 and answer.field("status") in ("ok", None):
        return answer.field("data")
    if retcode == ASYNC or answer.field("status") == "async":
        raise unclear(LATER, code=answer.code("retcode"))
    word = answer.code("msg")
    error, line = WORDS.get(word) or RETCODES.get(retcode) or (unclear, UNCLEAR)
    raise error(line, code=word if word in WORDS else answer.code("retcode"))


def _by_status(answer: Answer, unclear: type[AdapterError]) -> AdapterError:
    """An answer that the standard gives by its HTTP status, or that is none of OneBot's."""
    if answer.status in HTTP:
        error, line = HTTP[answer.status]
        return error(line, code=str(answer.status))
    if answer.status == 404:  # nothing is learned from it: a wrong address is no lack of abilities
        return Unavailable(NO_ONEBOT, code="404")
    return unclear(NONSENSE, code=str(answer.status))


def items(data: Any) -> list[dict[str, Any]]:
    """A list of objects. Raises Unavailable for anything else."""
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise Unavailable(NONSENSE)
    return data


def item(data: Any) -> dict[str, Any]:
    """One object. Raises Unavailable for anything else."""
    return items([data])[0]


def text(value: Any) -> str:
    """An id or a name as text: implementations write ids as numbers and as strings."""
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def proof(data: Any) -> str:
    """The id of a message that was sent; where an implementation gives none, its word and when it was given."""
    return (text(data.get("message_id")) if isinstance(data, dict) else "") or receipt()


def receipt() -> str:
    """What proves an act that has no id."""
    return f"retcode=0 {clock.now():%Y-%m-%dT%H:%M:%S.%fZ}"
