"""A member reports messages of their group, in the chat or on their page: at most a few a day, each message once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from groupops.messaging import outbox
from groupops.messaging.adapter import Operation
from groupops.messaging.outbox import Wish
from groupops.shared.errors import Conflict
from members.models import Membership
from moderation.models import Case
from moderation.models import Report as ReportRow
from moderation.policy import Offence
from moderation.queries.reporting import author_of, reportable
from moderation.services import noticing
from moderation.services.noticed import Report, pointed_at

PURPOSE = "report"
DAY = timedelta(days=1)
A_DAY = 5  # of one member, by whatever way
TELL_WITHIN = timedelta(hours=6)
TOO_MANY = "{name}你好，你今天在「{group}」已举报 {n} 条消息，之后的暂不受理；前面的都会有人看。情况紧急请直接私聊管理员。"
Earlier = Mapping[int, Collection[tuple[int, datetime]]]


class ReportRefused(Conflict):
    """It cannot be reported, or not again, or not so much."""


def within_limit(reports: Sequence[Report], earlier: Earlier) -> tuple[list[Report], list[Report]]:
    """Those that are taken and those that are too many; `earlier`: by reporter what they reported before, (event, when).

    A message that was reported before counts once. The one rule for the chat, the page and a rehearsal.
    """
    known = {who: dict(earlier.get(who, ())) for who in {one.reporter for one in reports}}
    taken: list[Report] = []
    over: list[Report] = []
    for one in reports:
        mine, event = known[one.reporter], one.noticed.event_id
        if event not in mine and sum(then > one.at - DAY for then in mine.values()) >= A_DAY:
            over.append(one)
            continue
        mine.setdefault(event, one.at)
        taken.append(one)
    return taken, over


def limited(reports: Sequence[Report]) -> tuple[list[Report], list[Report]]:
    """`within_limit` by what is stored. In the caller's transaction; two at once do not both count as the last."""
    if not reports:
        return [], []
    reporters = sorted({one.reporter for one in reports})
    list(Membership.objects.select_for_update().filter(pk__in=reporters).order_by("pk").values_list("pk"))
    first, asked = min(one.at for one in reports) - DAY, [one.noticed.event_id for one in reports]
    earlier: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    rows = ReportRow.objects.filter(reporter__in=reporters)
    for who, event, at in (rows.filter(at__gt=first) | rows.filter(event_id__in=asked)).values_list("reporter", "event_id", "at"):
        earlier[who].append((event, at))
    return within_limit(reports, earlier)


def tell_of_limit(over: Sequence[Report], *, at: datetime) -> None:
    """Tell each reporter privately, once for as long as nothing more of theirs is taken: by their last report that was."""
    members = Membership.objects.select_related("person", "group").in_bulk({one.reporter for one in over})
    for pk, member in sorted(members.items()):
        last = ReportRow.objects.filter(reporter=pk).order_by("-at", "-pk").values_list("pk", flat=True).first()
        text = TOO_MANY.format(name=member.person.name, group=member.group.name, n=A_DAY)
        wish = Wish(Operation.SEND_DIRECT, text=text, user=member.person.remote_id, user_name=member.person.name)
        outbox.act(wish, purpose=PURPOSE, subject_id=last or 0, group=member.group, due_at=at, expires_at=at + TELL_WITHIN, at=at)


def report(*, reporter: Membership, event_id: int, offence: Offence, at: datetime) -> Case:
    """Open or enlarge the case of that message's author; people judge it. Raises ReportRefused."""
    event = reportable(reporter, at).filter(pk=event_id).first()
    author = author_of(event) if event is not None else None
    if event is None or author is None:
        raise ReportRefused(_("This message cannot be reported any more: reload the page."), field="message")
    told = pointed_at(event, group_id=reporter.group_id, membership_id=author, offence=offence, zone=reporter.group.zone)
    with transaction.atomic():
        taken, over = limited([Report(reporter.pk, told, at)])
        if over:
            said = _("You have reported %(n)d messages today. Tell an admin if there is more.") % {"n": A_DAY}
            raise ReportRefused(said, field="message")
        if ReportRow.objects.filter(reporter=reporter, event_id=event.pk).exists():
            raise ReportRefused(_("You have reported this message already; people look at it."), field="message")
        return noticing.notice(noticed=[], reports=taken, at=at)[event.pk]
