"""A member reports one message of their group, chosen on their page: at most a few a day, each message once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from groupops.shared.errors import Conflict
from members.models import Membership
from moderation.models import Case, Report
from moderation.policy import Offence
from moderation.queries.reporting import author_of, reportable
from moderation.services import noticing
from moderation.services.noticed import Report as Told
from moderation.services.noticed import pointed_at

DAY = timedelta(days=1)
A_DAY = 5  # of one member


class ReportRefused(Conflict):
    """It cannot be reported, or not again, or not so much."""


def report(*, reporter: Membership, event_id: int, offence: Offence, at: datetime) -> Case:
    """Open or enlarge the case of that message's author; people judge it. Raises ReportRefused."""
    event = reportable(reporter, at).filter(pk=event_id).first()
    author = author_of(event) if event is not None else None
    if event is None or author is None:
        raise ReportRefused(_("This message cannot be reported any more: reload the page."), field="message")
    with transaction.atomic():
        Membership.objects.select_for_update(of=("self",)).get(pk=reporter.pk)  # two at once do not both count as the last
        mine = Report.objects.filter(reporter=reporter)
        if mine.filter(event_id=event.pk).exists():
            raise ReportRefused(_("You have reported this message already; people look at it."), field="message")
        if mine.filter(at__gt=at - DAY).count() >= A_DAY:
            raise ReportRefused(
                _("You have reported %(n)d messages today. Tell an admin if there is more.") % {"n": A_DAY}, field="message"
            )
        told = pointed_at(event, group_id=reporter.group_id, membership_id=author, offence=offence, zone=reporter.group.zone)
        return noticing.notice(noticed=[], reports=[Told(reporter.pk, told)], at=at)[event.pk]
