"""Contact handles: numbers and names by which a reader is led out of the group, also as 加V, 薇❤, 扣扣 or ✆."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from moderation.detection.batch import Batch
from moderation.detection.messages import Found
from moderation.detection.normal import Folded, tight
from moderation.detection.settings import Flag, Lines, Setting

SETTINGS: Mapping[str, Setting] = {
    "wechat": Flag(default=True),
    "qq": Flag(default=True),
    "phone": Flag(default=True),
    "invitation": Flag(default=True),
    "allow": Lines((), 1_000, 50),
}
FOUND = {
    "wechat": gettext_noop("Gives a WeChat contact: %(seen)s."),
    "qq": gettext_noop("Gives a QQ contact: %(seen)s."),
    "phone": gettext_noop("Gives a phone number: %(seen)s."),
    "invitation": gettext_noop("Leads people out of the group: %(seen)s."),
}
_WECHAT = r"(?:微信?号?|[薇威维徽葳]信?|v(?:x|信|心)|wx|weixin|wechat|信号)"
_ID = r"(?:[a-z][a-z0-9_-]{5,19}|[a-z]{0,3}[0-9]{5,12}[a-z]{0,3})"
_QQ = r"(?:加|扣|群|\+)?(?:qq|扣扣|企鹅|球球|叩叩|[qk口扣]{2}|q)(?:号|群|是)*"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_PATTERNS = {
    "wechat": _any(rf"(?:加我?|联系|咨询|私聊?|\+)?{_WECHAT}(?:是|号)?[:\s]*{_ID}(?![a-z0-9])", r"[加+]我?(?:v|微|薇|威)(?:[^a-z]|$)"),
    "qq": _any(rf"{_QQ}[:+\s]*[1-9][0-9]{{5,10}}(?![0-9])", r"(?:扣|口|企鹅)(?:号|群)?[:+\s]*[1-9][0-9]{6,10}(?![0-9])"),
    "phone": _any(r"(?<![0-9a-z])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9a-z])"),
    "invitation": _any(
        r"(?:(?:看|戳|点|搜)我(?:的)?|戳|搜)(?:头像|名字|名|简介|主页|资料|签名)",
        r"看(?:头像|名字?|简介|主页|签名)(?:$|[\s加进有领找看.,!~])",
        r"(?:私聊?|加)我(?:领|拿|发|拉|进)",
        r"[加进入][qv]?群[:\s]*[0-9]{6,11}",
        r"t\.me/|扫码(?:加|进|领)|名字?看[a-z]\b|看(?:cc|dd|pp|[a-z])名",
    ),
}


class Contacts:
    """Which sorts of contact one rule looks for; an allowed handle is none."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._sorts = [sort for sort in _PATTERNS if settings[sort]]
        self._allow = [tight(handle) for handle in settings["allow"]]

    def look(self, batch: Batch) -> list[Found]:
        """Per message the first contact."""
        found = (self._first(place, text) for place, text in enumerate(batch.folded))
        return [each for each in found if each]

    def _first(self, place: int, text: Folded) -> Found | None:
        """In the normal text, and without its gaps where somebody spaced it out."""
        for sort in self._sorts:
            for form, place_of in ((text.normal, text.span_of_normal), (text.tight, text.span)):
                fit = _PATTERNS[sort].search(form)
                if fit and not any(handle in tight(fit[0]) for handle in self._allow):
                    span = place_of(fit.start(), fit.end())
                    return Found(place, FOUND[sort], (span,), {"seen": text.original[span[0] : span[1]]})
        return None
