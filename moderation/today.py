"""Remind: cases to judge, cases for a second reviewer, appeals, who is to be invited again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext_lazy

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared.today import LIMIT, TodayItem
from moderation import queries
from moderation.models import Measure
from moderation.policy import CaseState, MeasureState
from moderation.policy.ladder import REMOVING
from moderation.queries.blacklist import for_a_second

LONG = timedelta(hours=4)
WHAT = {
    CaseState.OPEN: ngettext_lazy("%(n)d violation to judge", "%(n)d violations to judge", "n"),
    CaseState.SECOND: ngettext_lazy("%(n)d case waits for a second reviewer", "%(n)d cases wait for a second reviewer", "n"),
}
INVITE = ngettext_lazy(
    "Invite %(n)d member again who was removed by mistake", "Invite %(n)d members again who were removed by mistake", "n"
)
REMEMBERED = timedelta(days=30)
SECOND = ngettext_lazy("%(n)d blacklist entry waits for a second reviewer", "%(n)d blacklist entries wait for a second reviewer", "n")
APPEALED = ngettext_lazy("%(n)d appeal to decide", "%(n)d appeals to decide", "n")


def _cases(user: User, at: datetime) -> QuerySet[Any, Any]:
    rows = queries.to_judge(user, at).order_by().values("group", "group__name", "state")
    return rows.annotate(n=Count("pk"), since=Min("opened_at")).order_by("since", "group", "state")


def _appeals(user: User) -> QuerySet[Any, Any]:
    rows = queries.open_appeals(user).order_by().values("strike__group", "strike__group__name")
    return rows.annotate(n=Count("pk"), since=Min("at")).order_by("since", "strike__group")


def _seconds(user: User) -> QuerySet[Any, Any]:
    rows = for_a_second(user).order_by().values("group", "group__name")
    return rows.annotate(n=Count("pk"), since=Min("at")).order_by("since", "group")


def _wanted_back(user: User, at: datetime) -> QuerySet[Any, Any]:
    """Removed by mistake, overruled since, and not back: no platform here lets an account invite them."""
    removed = Measure.objects.filter(case=OuterRef("pk"), act__in=REMOVING, state=MeasureState.DONE)
    cases = queries.cases_for(user).filter(Exists(removed), state=CaseState.OVERRULED, membership__left_at__isnull=False)
    rows = cases.filter(state_at__gt=at - REMEMBERED).order_by().values("group", "group__name")
    return rows.annotate(n=Count("pk"), since=Min("state_at")).order_by("since", "group")


BACK = Standing(lambda user, at: _wanted_back(user, at)[:LIMIT])
CASES = Standing(lambda user, at: _cases(user, at)[:LIMIT])
APPEALS = Standing(lambda user, _at: _appeals(user)[:LIMIT])
SECONDS = Standing(lambda user, _at: _seconds(user)[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """One item a group and sort; four queries."""
    waiting = [_case(row, at) for row in CASES(user, at)] + [_appeal(row, at) for row in APPEALS(user, at)]
    return [*waiting, *(_back(row) for row in BACK(user, at)), *(_second(row, at) for row in SECONDS(user, at))]


def _back(row: Mapping[str, Any]) -> TodayItem:
    group, since = row["group"], row["since"]
    return TodayItem(
        key=f"readmit:{group}:{since:%Y%m%d%H%M}",
        at=since,
        kind="violation",
        text=str(INVITE % {"n": row["n"]}),
        url=f"{reverse('moderation:cases')}?{urlencode({'group': group, 'state': CaseState.OVERRULED.value})}",
        group=row["group__name"],
        group_ids=(group,),
        urgent=False,
    )


def _case(row: Mapping[str, Any], at: datetime) -> TodayItem:
    group, state, since = row["group"], CaseState(row["state"]), row["since"]
    view = {"group": group} | ({"view": "second"} if state == CaseState.SECOND else {})
    return TodayItem(
        key=f"case:{state}:{group}:{since:%Y%m%d%H%M}",
        at=since,
        kind="violation",
        text=str(WHAT[state] % {"n": row["n"]}),
        url=f"{reverse('moderation:queue')}?{urlencode(view)}",
        group=row["group__name"],
        group_ids=(group,),
        urgent=at - since >= LONG,
    )


def _appeal(row: Mapping[str, Any], at: datetime) -> TodayItem:
    group, since = row["strike__group"], row["since"]
    return TodayItem(
        key=f"appeal:{group}:{since:%Y%m%d%H%M}",
        at=since,
        kind="violation",
        text=str(APPEALED % {"n": row["n"]}),
        url=reverse("moderation:appeals"),
        group=row["strike__group__name"],
        group_ids=(group,),
        urgent=at - since >= timedelta(days=1),
    )


def _second(row: Mapping[str, Any], at: datetime) -> TodayItem:
    group, since = row["group"], row["since"]
    return TodayItem(
        key=f"barred:{group or 0}:{since:%Y%m%d%H%M}",
        at=since,
        kind="violation",
        text=str(SECOND % {"n": row["n"]}),
        url=reverse("moderation:blacklist"),
        group=row["group__name"] or "",
        group_ids=(group,) if group else (),
        urgent=at - since >= LONG,
    )
