"""What members read: reminders, warnings, the answer to an appeal. Never the words that were found (seed: 违规处理)."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import ValueRefused, setting
from groupops.shared import placeholders
from groupops.shared.placeholders import Unfilled

KNOWN = ("name", "group", "offence", "why", "count", "next", "hours", "appeal")
REMIND = "@{{name}} 温馨提醒：请不要在群里{{offence}}，具体请看群规，谢谢配合～"
EXPLAIN = (
    "{{name}}你好，我是「{{group}}」的管理员。你刚才的消息涉及{{offence}}。本群希望大家围绕群定位交流，有不同意见可以私下沟通。{{appeal}}"
)
WARN = "{{name}}你好，你在「{{group}}」{{offence}}，已记为第 {{count}} 次违规。{{why}}再次违规的处理：{{next}}。{{appeal}}"
MUTED = "{{name}}你好，因{{offence}}，你在「{{group}}」已被禁言 {{hours}} 小时。{{why}}{{appeal}}"
REMOVED = "{{name}}你好，因多次{{offence}}，你已被移出「{{group}}」。{{why}}{{appeal}}"
APOLOGY = "{{name}}你好，你的申诉成立。之前在「{{group}}」的处理是我们判断有误，违规记录已撤销，禁言已解除，非常抱歉。"
REJECTED = "{{name}}你好，你在「{{group}}」的申诉已由另一位管理员复核，维持原处理。{{why}}"


@dataclass(frozen=True)
class Words:
    """Policy moderation.words: the texts of each step."""

    title: ClassVar[Promise] = _("Texts of reminders and warnings")
    remind: str = setting(REMIND, _("reminder in the group"), lines=True)
    explain: str = setting(EXPLAIN, _("private explanation"), lines=True)
    warn: str = setting(WARN, _("private warning"), lines=True)
    muted: str = setting(MUTED, _("private word to a muted member"), lines=True)
    removed: str = setting(REMOVED, _("private word before a removal"), lines=True)
    apology: str = setting(APOLOGY, _("apology after an appeal"), lines=True)
    rejected: str = setting(REJECTED, _("answer to a rejected appeal"), lines=True)

    def __post_init__(self) -> None:
        for name in ("remind", "explain", "warn", "muted", "removed", "apology", "rejected"):
            try:
                placeholders.check(getattr(self, name), KNOWN, field=name)
            except Unfilled as refusal:
                raise ValueRefused(str(refusal.message), field=name) from None
