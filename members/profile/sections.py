"""What the members' app itself knows of a person's story: stays, days of talk, names, questions, greetings, tasks, tags, notes."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groupops.groups.models import Group
from members.caring import CareState
from members.models import CareTask, DailyActivity, FormerName, Greeting, Membership, MembershipTag, Note, Question
from members.timeline import CLASH, Before, Entry, cut, older

EXCERPT = 80
LEFT = {"kicked": gettext_lazy("Was removed from the group"), "left": gettext_lazy("Left the group")}
GONE = gettext_lazy("Is no longer in the group")


def stays(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """The present or last stay in each group: when it began, and when it ended."""
    rows = Membership.objects.filter(person__in=persons, group__in=groups).select_related("group")[:500]
    came = (Entry(row.joined_at, f"join:{row.pk}", "stay", _came(row), row.group.name, _group_url(row.group_id)) for row in rows)
    went = (Entry(row.left_at, f"leave:{row.pk}", "stay", LEFT.get(row.left_how, GONE), row.group.name) for row in rows if row.left_at)
    return cut([*came, *went], before, limit)


def _came(row: Membership) -> str:
    if row.rejoins:
        return ngettext("Came back to the group", "Came back to the group, %(n)d times by now", row.rejoins) % {"n": row.rejoins}
    return _("Joined the group") if row.join_seen else _("Was seen in the group for the first time")


def _group_url(group_id: int) -> str:
    return reverse("groups:detail", args=[group_id])


def talk(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """Days on which they spoke; a day stands at its end in the zone of its group, so that it covers what happened in it."""
    rows = DailyActivity.objects.filter(membership__person__in=persons, membership__group__in=groups, messages__gt=0)
    if before:
        rows = rows.filter(day__lte=before[0].date() + timedelta(days=1))
    rows = rows.select_related("membership__group").order_by("-day", "-pk")[: limit + CLASH]
    return cut((_day(row) for row in rows), before, limit)


def _day(row: DailyActivity) -> Entry:
    stay = row.membership
    end = datetime.combine(row.day, time.max, tzinfo=ZoneInfo(stay.group.zone)).astimezone(UTC)
    text = ngettext("Said %(n)d message", "Said %(n)d messages", row.messages) % {"n": row.messages}
    url = f"{reverse('inbound:messages', args=[stay.group_id])}?person={stay.person_id}&day={row.day:%Y-%m-%d}"
    return Entry(end, f"day:{row.pk}", "talk", f"{row.day:%m-%d} {text}", stay.group.name, url)


def names(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """Names they gave up."""
    rows = older(FormerName.objects.filter(person__in=persons), "until", before, limit)
    return cut(
        (Entry(row.until, f"name:{row.pk}", "name", _("Was called “%(name)s” until then") % {"name": row.name}) for row in rows),
        before,
        limit,
    )


def asked(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """What they asked, and what became of it."""
    rows = Question.objects.filter(membership__person__in=persons, group__in=groups).select_related("group", "event")
    return cut((_question(row) for row in older(rows, "asked_at", before, limit)), before, limit)


def _question(row: Question) -> Entry:
    text = Truncator(row.event.text if row.event else _("(the text is no longer kept)")).chars(EXCERPT)
    said = _("Asked: %(text)s – %(state)s") % {"text": text, "state": row.get_state_display()}
    url = f"{reverse('members:questions')}?group={row.group_id}&state={row.state}#question-{row.pk}"
    return Entry(row.asked_at, f"question:{row.pk}", "question", said, row.group.name, url)


def greeted(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """Who of us greeted them."""
    rows = Greeting.objects.filter(membership__person__in=persons, membership__group__in=groups).select_related("membership__group", "by")
    found = older(rows, "at", before, limit)
    return cut(
        (Entry(row.at, f"greeting:{row.pk}", "care", _("Was greeted"), row.membership.group.name, by=str(row.by)) for row in found),
        before,
        limit,
    )


def cared(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """What was done for them."""
    rows = CareTask.objects.filter(Q(state=CareState.DONE), membership__person__in=persons, group__in=groups)
    found = older(rows.select_related("group", "settled_by"), "settled_at", before, limit)
    return cut((_care(row) for row in found), before, limit)


def _care(row: CareTask) -> Entry:
    at = row.settled_at or row.created_at
    return Entry(
        at,
        f"care:{row.pk}",
        "care",
        _("Done: %(what)s") % {"what": row.note or row.get_sort_display()},
        row.group.name,
        by=str(row.settled_by or ""),
    )


def tagged(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """Tags they carry."""
    rows = MembershipTag.objects.filter(membership__person__in=persons, membership__group__in=groups)
    found = older(rows.select_related("membership__group", "tag", "by"), "at", before, limit)
    return cut((_tag(row) for row in found), before, limit)


def _tag(row: MembershipTag) -> Entry:
    by = str(row.by) if row.by else _("a rule")
    return Entry(row.at, f"tag:{row.pk}", "tag", _("Tagged: %(tag)s") % {"tag": row.tag.name}, row.membership.group.name, by=by)


def noted(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """What colleagues wrote."""
    rows = Note.objects.filter(membership__person__in=persons, membership__group__in=groups, hidden_at=None)
    found = older(rows.select_related("membership__group", "by"), "at", before, limit)
    return cut(
        (Entry(row.at, f"note:{row.pk}", "note", row.text, row.membership.group.name, by=str(row.by)) for row in found), before, limit
    )
