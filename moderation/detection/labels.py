"""What a group's rules want a label, an approval or a word of explanation for: jobs, promotion, paid service, code, articles, cooperation.

Seed, 专业群规扩展: 求职招聘信息请标明[招聘]或[求职]; 产品推广需要提前申请; 收费服务需要明确标识; 合作项目需要详细说明;
贴代码时请使用代码块格式; 分享文章时请简要说明核心内容.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from moderation.detection.batch import Batch
from moderation.detection.messages import Found
from moderation.detection.normal import Folded
from moderation.detection.settings import Lines, Number, Setting
from moderation.detection.web import domains

JOB: Mapping[str, Setting] = {"labels": Lines(("招聘", "求职", "内推", "hiring"), 20, 20)}
PROMOTION: Mapping[str, Setting] = {"approved": Lines(("已报备", "已申请"), 20, 20)}
PAID: Mapping[str, Setting] = {"labels": Lines(("付费", "收费", "有偿"), 20, 20)}
CODE: Mapping[str, Setting] = {"lines": Number(4, 2, 100)}
ARTICLE: Mapping[str, Setting] = {"least": Number(6, 1, 200)}
COOPERATION: Mapping[str, Setting] = {"least": Number(30, 5, 500)}

NO_JOB_LABEL = gettext_noop("A job post without one of the labels %(labels)s.")
NO_APPROVAL = gettext_noop("Promotes something without approval: %(seen)s.")
NO_PAID_LABEL = gettext_noop("Offers a paid service without saying so: %(seen)s.")
NO_CODE_BLOCK = gettext_noop("%(count)d lines of code outside a code block.")
NO_INTRODUCTION = gettext_noop("Shares an article without a word of introduction.")
NO_DETAIL = gettext_noop("Proposes a cooperation without detail.")

_JOB = re.compile(
    r"(?:急招|诚聘|高薪诚?聘|招聘|招(?:前端|后端|运维|测试|产品|设计|运营|实习|开发|程序员|兼职|人)"
    r"|岗位(?:职责|要求)|任职要求|薪资(?:范围|面议|\d)"
    r"|投(?:递)?简历|简历(?:投|发)|坐标.{0,10}(?:招|\d+k)"
    r"|求(?:一份|个)?(?:工作|职|内推|岗位|实习)|找(?:一份|个)?(?:工作|实习)机会|\d{1,2}\s?-\s?\d{1,3}k\b|we are hiring)"
)
_ASKS = re.compile(r"[?？吗呢]\s*$|怎么|为什么|如何|有没有|请问|什么|哪里")
_PROMOTION = re.compile(
    r"限时(?:优惠|特价|折扣|抢购|免费)|新品上[市线]|(?:下单|购买|报名)(?:即|就|可)?(?:送|享|立减)|优惠券|立减\d"
    r"|[一二三四五六七八九\d]+折(?:起|优惠)"
    r"|买一送一|厂家直销|批发(?:价|零售|代发)|代理(?:加盟)?招|招(?:代理|商|加盟)"
    r"|免费(?:领取|试用|体验)|扫码(?:领|关注|下载|购|报名)"
    r"|欢迎(?:选购|咨询|订购|下单)|包邮|秒杀|团购|拼多多砍|助力一下|帮(?:我)?砍一刀|注册(?:即|就)?送|邀请码[:\s]*[a-z0-9]{4,}"
)
_PAID = re.compile(
    r"(?:代(?:写|做|考|开发|运营|注册|办|充|刷|练)|接单|接(?:私活|外包|设计|开发)|承接|提供.{0,12}服务"
    r"|一对一(?:辅导|咨询|教学)|(?:课程|培训|咨询|服务)(?:费|价格|报价)?[:\s]*\d+|\d+\s*(?:元|块|rmb|r|¥)\s*[/每一](?:次|小时|月|年|节|单|个))"
)
_CODE = re.compile(
    r"[;{}]\s*$|^\s*(?:def |class |import |from \w+ import|#include|public |private |function |const |let |var |return\b)"
    r"|^\s*(?:if\s*\(|for\s*\(|while\s*\(|SELECT |</?\w+[^<]*>$|\w+\s*=\s*\S+\(|@\w+$|\$ )",
    re.IGNORECASE,
)
_COOPERATION = re.compile(
    r"(?:寻求?|找|求|诚邀|洽谈|谈|诚?招)(?:个|一下)?(?:合作|合伙|资源对接|项目方|投资)|合作(?:请|可|找)?(?:私|联系|加)"
    r"|(?:有|想|要)(?:一个|个)?(?:项目|资源).{0,6}(?:合作|对接|一起做)|有(?:意|兴趣)(?:者|的)?(?:合作)?.{0,3}(?:私聊|联系|私我)"
)


class _Labelled:
    """A sort of message that wants one of several words in it."""

    def __init__(self, sort: re.Pattern[str], labels: list[str], reason: str) -> None:
        self._sort, self._labels, self._reason = sort, labels, reason

    def look(self, batch: Batch) -> list[Found]:
        """Each message of the sort without any of the words. A question about such a thing is none."""
        found = []
        for place, text in enumerate(batch.folded):
            fit = self._sort.search(text.normal)
            if fit and not any(label in text.normal for label in self._labels) and not _ASKS.search(text.normal):
                span = text.span_of_normal(fit.start(), fit.end())
                told: dict[str, str | int] = {
                    "seen": text.original[span[0] : span[1]],
                    "labels": " ".join(f"[{label}]" for label in self._labels),
                }
                found.append(Found(place, self._reason, (span,), told))
        return found


class JobLabel(_Labelled):
    """Job posts without [招聘] or [求职]: the label stands in brackets, the word alone is no label."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        brackets = [f"{left}{label}{right}" for label in settings["labels"] for left, right in ("[]", "【】", "()", "##")]
        super().__init__(_JOB, [label.casefold() for label in brackets], NO_JOB_LABEL)
        self._shown = " ".join(f"[{label}]" for label in settings["labels"])

    def look(self, batch: Batch) -> list[Found]:
        """As the others, with the labels as they are to be written."""
        return [Found(each.place, each.reason, each.spans, {"labels": self._shown}) for each in super().look(batch)]


class Promotion(_Labelled):
    """Promotion without a word that it was approved."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(_PROMOTION, settings["approved"], NO_APPROVAL)


class PaidService(_Labelled):
    """A service for money that does not say so."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(_PAID, settings["labels"], NO_PAID_LABEL)


class _Reminder:
    """A gentle reminder, without a strike."""

    reason = ""

    def look(self, batch: Batch) -> list[Found]:
        """Each message that wants it."""
        counted = ((place, self._count(text)) for place, text in enumerate(batch.folded))
        return [Found(place, self.reason, (), {"count": count}) for place, count in counted if count]

    def _count(self, text: Folded) -> int:
        raise NotImplementedError


class Code(_Reminder):
    """Several lines of code that stand in no block."""

    reason = NO_CODE_BLOCK

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._least = settings["lines"]

    def _count(self, text: Folded) -> int:
        if "```" in text.original:
            return 0
        lines = sum(1 for line in text.original.splitlines() if _CODE.search(line))
        return lines if lines >= self._least else 0


class Article(_Reminder):
    """A link with next to nothing beside it."""

    reason = NO_INTRODUCTION

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._least = settings["least"]

    def _count(self, text: Folded) -> int:
        links = domains(text.normal)
        if not links:
            return 0
        beside, last = "", 0
        for _domain, start, end in links:
            beside, last = beside + text.normal[last:start], end
        return int(sum(each.isalnum() for each in beside + text.normal[last:]) < self._least)


class Cooperation(_Reminder):
    """A proposal to work together that says too little to judge it."""

    reason = NO_DETAIL

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._least = settings["least"]

    def _count(self, text: Folded) -> int:
        return int(bool(_COOPERATION.search(text.normal)) and len(text.tight) < self._least and not _ASKS.search(text.normal))
