"""关键节点: record one, dismiss it, bring it back."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups.models import KeyMoment
from groupops.groups.policy import MomentSort
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid


class MomentSettled(Conflict):
    """A group was opened for the moment: there is nothing left to dismiss."""


def record_moment(*, sort: MomentSort, title: str, on: date, by: User | None, at: datetime, note: str = "") -> KeyMoment:
    """A key moment, which proposes a group and posts. Raises Invalid."""
    if not title.strip():
        raise Invalid(_("Give the moment a title."), field="title")
    with transaction.atomic():
        moment = KeyMoment.objects.create(sort=sort, title=title.strip(), on=on, note=note.strip(), created_at=at, created_by=by)
        record.audit(by=by, verb="moment.create", target=moment, at=at, after={"sort": sort, "title": moment.title, "on": on})
    return moment


def set_dismissed(*, moment: KeyMoment, dismissed: bool, by: User | None, at: datetime) -> KeyMoment:
    """Dismiss a moment's proposal or bring it back; twice changes nothing. Raises MomentSettled."""
    with transaction.atomic():
        stored = KeyMoment.objects.select_for_update().get(pk=moment.pk)
        if stored.group_id:
            raise MomentSettled(_("A group was opened for this moment; there is nothing to dismiss."))
        if stored.dismissed != dismissed:
            stored.dismissed = dismissed
            stored.save(update_fields=["dismissed"])
            record.audit(by=by, verb="moment.dismiss" if dismissed else "moment.restore", target=stored, at=at)
    return stored
