"""Remind: answers of which nobody has said whose they are; one item a group."""

from datetime import datetime, timedelta
from itertools import groupby

from django.urls import reverse
from django.utils.translation import ngettext

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared.today import LIMIT, TodayItem
from members.models import FormAnswer
from members.surveys import queries

LONG = timedelta(days=3)
MOST = 500


TO_ASSIGN = Standing(lambda user, _at: queries.to_assign(user)[:MOST])


def source(user: User, at: datetime) -> list[TodayItem]:
    """One query."""
    rows = sorted(TO_ASSIGN(user, at), key=lambda row: (row.form_id, row.group_id, row.at))
    items = [_item(list(found), at) for _key, found in groupby(rows, key=lambda row: (row.form_id, row.group_id))]
    return items[:LIMIT]


def _item(rows: list[FormAnswer], at: datetime) -> TodayItem:
    first = rows[0]
    text = ngettext("%(n)d answer to “%(form)s” is to be assigned", "%(n)d answers to “%(form)s” are to be assigned", len(rows))
    return TodayItem(
        key=f"answers:{first.form_id}:{first.group_id}",
        at=first.at,
        kind="form",
        text=text % {"n": len(rows), "form": first.form.title},
        url=f"{reverse('members:form', args=[first.form_id])}?state=unmatched",
        group=first.group.name,
        group_ids=(first.group_id,),
        urgent=at - first.at >= LONG,
    )
