"""Every write of the requests."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from groupops.messaging import outbox
from groupops.messaging.adapter import Operation
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid
from members.models import MemberRequest, Membership, RequestNews, RequestSupport
from members.requesting import TOLD, RequestState

PURPOSE = "request_news"
LAPSES = timedelta(days=7)  # news that could not be told for so long are no news


class KeptAlready(Conflict):
    """A message is one request."""


class NotHere(Invalid):
    """Who supports a request is a member of its group."""


def keep(
    *, group: Group, title: str, text: str, membership: Membership | None, event: StoredEvent | None = None, by: User, at: datetime
) -> MemberRequest:
    """Keep what a member wishes for. Raises Forbidden, KeptAlready, NotHere."""
    access.demand(by, GroupRight.CARE, group)
    if membership is not None and membership.group_id != group.pk:
        raise NotHere(_("This person is no member of the group."), field="membership")
    try:
        with transaction.atomic():
            values = {"title": title.strip(), "text": text.strip(), "membership": membership, "event": event}
            made = MemberRequest.objects.create(group=group, created_at=at, created_by=by, moved_at=at, **values)
            record.audit(by=by, verb="request.keep", target=made, at=at, group_id=group.pk, after={"title": made.title})
    except IntegrityError:
        raise KeptAlready(_("This message was kept as a request already.")) from None
    return made


def support(*, request: MemberRequest, membership: Membership, by: User, at: datetime) -> bool:
    """Another member wishes for the same; whether that is news. Raises Forbidden, NotHere."""
    access.demand(by, GroupRight.CARE, request.group)
    if membership.group_id != request.group_id:
        raise NotHere(_("This person is no member of the group."), field="membership")
    with transaction.atomic():
        _row, made = RequestSupport.objects.get_or_create(request=request, membership=membership, defaults={"by": by, "at": at})
        if made:
            MemberRequest.objects.filter(pk=request.pk).update(supporters=F("supporters") + 1)
            after = {"name": membership.person.name}
            record.audit(by=by, verb="request.support", target=request, at=at, group_id=request.group_id, after=after)
    return made


def move(*, request: MemberRequest, to: RequestState, answer: str, by: User, at: datetime) -> int:
    """Move a request to a state and tell the proposer and who supports it, each once a state; returns how many are told.

    Raises Forbidden.
    """
    access.demand(by, GroupRight.CARE, request.group)
    with transaction.atomic():
        row = MemberRequest.objects.select_for_update(of=("self",)).select_related("group").get(pk=request.pk)
        if (row.state, row.answer) == (to, answer.strip()):
            return 0
        before = {"state": row.state, "answer": row.answer}
        row.state, row.answer, row.moved_at = to, answer.strip(), at
        row.save(update_fields=["state", "answer", "moved_at"])
        after = {"state": row.state, "answer": row.answer}
        record.audit(by=by, verb="request.move", target=row, at=at, group_id=row.group_id, before=before, after=after)
        return _tell(row, at) if to in TOLD else 0


def _tell(row: MemberRequest, at: datetime) -> int:
    told = 0
    for membership in _wishing(row):
        news, made = RequestNews.objects.get_or_create(request=row, membership=membership, state=row.state, defaults={"at": at})
        if made:
            wish = outbox.Wish(Operation.SEND_DIRECT, news_text(row), membership.person.remote_id, membership.person.name)
            outbox.act(wish, purpose=PURPOSE, subject_id=news.pk, group=row.group, due_at=at, expires_at=at + LAPSES, at=at)
            told += 1
    return told


def _wishing(row: MemberRequest) -> Iterable[Membership]:
    """The proposer and the supporters who are still there."""
    rows = Membership.objects.filter(left_at=None).select_related("person")
    proposer = rows.filter(pk=row.membership_id) if row.membership_id else rows.none()
    return (proposer | rows.filter(supported__request=row)).distinct().order_by("pk")


def news_text(row: MemberRequest) -> str:
    """What they read, in the language of the groups."""
    words = {RequestState.PLANNED: "已排期", RequestState.SHIPPED: "已上线", RequestState.DECLINED: "暂不考虑"}
    text = f"你提的建议「{row.title}」{words[RequestState(row.state)]}，谢谢你的反馈！"
    return f"{text}\n{row.answer}" if row.answer else text
