"""The numbers of the home page with their last fortnight, and the first steps of an installation."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from content.models import Post, Slot
from content.policy import PostState
from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.models import Group, GroupDay
from groupops.groups.policy import Lifecycle
from groupops.messaging import queries as messaging
from groupops.messaging.models import Binding
from groupops.shared import clock

DAYS = 14


@dataclass(frozen=True)
class Kpi:
    """One number of the home page, with its last fortnight; `counting` says how it counts."""

    label: Promise | str
    value: int
    icon: str
    url: str
    series: list[int] = field(default_factory=list)
    counting: Promise | str = ""


@dataclass(frozen=True)
class Step:
    """One step of the onboarding checklist, computed from data."""

    label: Promise | str
    done: bool
    url: str


def kpis(user: User, at: datetime) -> list[Kpi]:
    """Groups, members, messages and posts of the groups a user sees."""
    groups = access.visible_to(user)
    today = clock.local(at, user.zone).date()
    series = _series(groups, today)
    totals = groups.filter(lifecycle=Lifecycle.ACTIVE).aggregate(groups=Count("pk"), members=Sum("member_count"))
    home = reverse("groups:list")
    return [
        Kpi(
            _("Active groups"),
            totals["groups"],
            "messages",
            home + "?lifecycle=active",
            series["heard"],
            _("the line: groups in which something was said"),
        ),
        Kpi(
            _("Members"),
            totals["members"] or 0,
            "users",
            reverse("members:roster"),
            series["joins"],
            _("places taken, not distinct people"),
        ),
        Kpi(_("Messages today"), series["messages"][-1], "message", home, series["messages"]),
        Kpi(_("Posts sent today"), series["posts_sent"][-1], "send", reverse("messaging:deliveries") + "?state=sent", series["posts_sent"]),
    ]


def _series(groups: QuerySet[Group], today: date) -> dict[str, list[int]]:
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    sums: dict[str, Any] = {f"n_{name}": Sum(name) for name in ("messages", "joins", "posts_sent")}
    sums["n_heard"] = Count("pk", filter=Q(messages__gt=0))
    rows = GroupDay.objects.filter(group__in=groups, day__gte=days[0]).values("day").annotate(**sums)
    by_day: dict[date, dict[str, Any]] = {row["day"]: dict(row) for row in rows}
    return {name.removeprefix("n_"): [by_day.get(day, {}).get(name, 0) for day in days] for name in sums}


def checklist(user: User) -> list[Step]:
    """The first steps of an installation; empty once all are done or for those who cannot do them. One query."""
    if not user.has_right(Right.CREATE_GROUP):
        return []
    done = _done()
    steps = [
        Step(_("Connect a channel"), done["channel"], reverse("messaging:connect")),
        Step(_("Create the first group"), done["group"], reverse("groups:create")),
        Step(_("Bind a group to its room"), done["room"], reverse("groups:list")),
        Step(_("Plan the first day"), done["plan"], reverse("content:schedules")),
        Step(_("See the first post leave"), done["post"], reverse("messaging:deliveries") + "?state=all"),
        Step(_("Invite a colleague"), done["colleague"], reverse("people" if user.has_right(Right.MANAGE_PEOPLE) else "today")),
    ]
    return [] if all(step.done for step in steps) else steps


def _done() -> dict[str, bool]:
    """Which steps are done; one query."""
    there: dict[str, QuerySet[Any]] = {
        "channel": messaging.channels(),
        "group": Group.objects.filter(sandbox=False),
        "room": Binding.objects.filter(group__sandbox=False),
        "plan": Slot.objects.filter(schedule__group__sandbox=False),
        "post": Post.objects.filter(state=PostState.SENT, group__sandbox=False),
        "colleague": User.objects.exclude(pk=OuterRef("pk")),
    }
    asked = {name: Exists(rows) for name, rows in there.items()}
    return {name: bool(found) for row in User.objects.order_by("pk").values(**asked)[:1] for name, found in row.items()}
