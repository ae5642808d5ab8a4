"""What WeCom's answers mean. HTTP is 200 even when a call fails: the verdict is `errcode`.

Source: https://developer.work.weixin.qq.com/document/path/90313 (全局错误码); only 0 is success, and errmsg must not be relied on.
"""

from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import (
    AccountRestricted,
    AdapterError,
    ContentRejected,
    InvalidTarget,
    LoginRequired,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
)
from groupops.messaging.wire import Answer

REMOVED = _("WeCom does not accept the key: it is mistyped, or the robot was removed from the group.")
GONE = _("The robot is not in the group any more.")
DISABLED = _("WeCom has disabled the robot.")
TOO_FAST = _("Too many messages in a short time; the platform asks to wait.")
REJECTED = _("WeCom does not accept this text: it is empty, too long, or holds forbidden words.")
NOT_FROM_HERE = _("WeCom does not accept calls from the address of this server.")
NO_ROBOT = _("There is no WeCom robot at this address.")
UNCLEAR = _("WeCom answered something we do not know. Look in the group whether the message is there.")

# A code that is not here proves nothing either way, and -1 (系统繁忙) may come too late to stop a message: both are OutcomeUnknown.
ERRORS: dict[int, tuple[type[AdapterError], str]] = {
    93000: (LoginRequired, REMOVED),  # 机器人webhookurl不合法或者机器人已经被移除出群
    93008: (InvalidTarget, GONE),  # 不在群里
    93004: (AccountRestricted, DISABLED),  # 机器人被停用
    60020: (PermissionDenied, NOT_FROM_HERE),  # 访问ip不在白名单之中
    40008: (ContentRejected, REJECTED),  # 不合法的msgtype参数
    40033: (ContentRejected, REJECTED),  # 不合法的请求字符
    40035: (ContentRejected, REJECTED),  # 不合法的参数
    40058: (ContentRejected, REJECTED),  # 不合法的参数, seen as "text.content exceed max length"
    40063: (ContentRejected, REJECTED),  # 参数为空
    44004: (ContentRejected, REJECTED),  # 文本消息content参数为空
    45002: (ContentRejected, REJECTED),  # 消息内容大小超过限制
    85002: (ContentRejected, REJECTED),  # 包含不合法的词语
}
# Seconds to wait: WeCom gives no hint. 45009 接口调用超过限制 counts by the minute, 45033 接口并发调用超过限制 what runs at the same time.
LIMITS = {45009: 60.0, 45033: 5.0}


def judge(answer: Answer, *, acts: bool) -> None:
    """Nothing where WeCom says 0, else raise what its answer proves. `acts`: a message may have been posted."""
    errcode = _errcode(answer)
    if (answer.status, errcode) == (200, 0):
        return
    said = answer.code("errcode") or str(answer.status)
    if errcode is None and (answer.status >= 400 or not acts):
        raise InvalidTarget(NO_ROBOT, code=said)
    if errcode in LIMITS:
        raise RateLimited(TOO_FAST, after=LIMITS[errcode], code=said)
    error, line = ERRORS.get(errcode or 0, (OutcomeUnknown, UNCLEAR))
    raise error(line, code=said)


def _errcode(answer: Answer) -> int | None:
    value: Any = answer.field("errcode")
    return value if isinstance(value, int) and not isinstance(value, bool) else None
