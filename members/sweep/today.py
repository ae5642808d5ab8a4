"""Remind: silent ones to review, second approvals, those who could not be asked or removed, and who is to be invited back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared.today import LIMIT, TodayItem
from members.models import SweepCase
from members.sweep import queries
from members.sweeping import CaseState

LONG = timedelta(days=3)
WHAT: dict[str, Promise] = {
    CaseState.IN_REVIEW: ngettext_lazy("%(n)d silent member did not answer: review", "%(n)d silent members did not answer: review", "n"),
    CaseState.APPROVED: ngettext_lazy("%(n)d removal waits for a second person", "%(n)d removals wait for a second person", "n"),
    CaseState.UNASKED: ngettext_lazy("%(n)d silent member could not be asked", "%(n)d silent members could not be asked", "n"),
    CaseState.FAILED: ngettext_lazy("%(n)d silent member could not be removed", "%(n)d silent members could not be removed", "n"),
}


def _to_decide(user: User) -> QuerySet[Any, Any]:
    rows = queries.to_decide(user).order_by().values("run__group", "run__group__name", "state")
    return rows.annotate(n=Count("pk"), since=Min("state_at")).order_by("since", "run__group", "state")


TO_DECIDE = Standing(lambda user, _at: _to_decide(user)[:LIMIT])
WANTED_BACK = Standing(lambda user, _at: queries.wanted_back(user)[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """One item a group and sort; two queries."""
    return [_waiting(row, at) for row in TO_DECIDE(user, at)] + [_invite(case) for case in WANTED_BACK(user, at)]


def _waiting(row: Mapping[str, Any], at: datetime) -> TodayItem:
    group, state, since = row["run__group"], row["state"], row["since"]
    return TodayItem(
        key=f"sweep:{state}:{group}:{since:%Y%m%d%H%M}",
        at=since,
        kind="sweep",
        text=str(WHAT[state] % {"n": row["n"]}),
        url=f"{reverse('members:sweep-review')}?{urlencode({'state': state, 'group': group})}",
        group=row["run__group__name"],
        group_ids=(group,),
        urgent=at - since >= LONG,
    )


def _invite(case: SweepCase) -> TodayItem:
    assert case.wanted_back_at is not None  # noqa: S101  (the query asks for it)
    return TodayItem(
        key=f"sweep-back:{case.pk}",
        at=case.wanted_back_at,
        kind="sweep",
        text=_("Invite %(name)s back") % {"name": case.membership.person.name},
        url=reverse("members:sweep-review"),
        group=case.run.group.name,
        group_ids=(case.run.group_id,),
        done_url=reverse("members:sweep-act"),
        done_label=gettext_lazy("Is back"),
        done_fields=(("do", f"restored:{case.pk}"),),
    )
