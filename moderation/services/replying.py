"""Appeals by private message: each message is read once; what cannot be appealed against is answered, and says so."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import override

from groupops.shared.errors import Refused
from moderation.models import AppealReply
from moderation.policy import Act
from moderation.queries.replies import Reply, replies
from moderation.services import acting
from moderation.services.appealing import appeal

LANGUAGE = "zh-hans"  # of what members read
RECEIVED = "申诉已收到，另一位管理员会复核，结果私聊告诉你。"
REFUSED = "这次申诉没有受理：{why}"


def read_replies(*, at: datetime) -> int:
    """Take what members wrote as their appeals; returns how many were read. Again changes nothing."""
    found = replies(at)
    for one in found:
        with transaction.atomic():
            _read(one, at)
    return len(found)


def _read(one: Reply, at: datetime) -> None:
    row, made = AppealReply.objects.get_or_create(event_id=one.event_id, defaults={"strike": one.strike, "at": at})
    if not made:
        return
    answer = RECEIVED
    try:
        with transaction.atomic(), override(LANGUAGE):
            row.appeal = appeal(strike=one.strike, text=one.text, at=one.at)
        row.save(update_fields=["appeal"])
    except Refused as refusal:
        with override(LANGUAGE):
            answer = REFUSED.format(why=refusal.message)
    case, decision = one.strike.case, one.strike.decision
    said = list(case.evidence.order_by("at", "pk"))
    acting.act_on(case=case, decision=decision, act=Act.ANSWER, said=said, text=answer, about=f"event:{one.event_id}", at=at, due_at=at)
