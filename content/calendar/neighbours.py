"""What else is said to a group around a moment, and what of it speaks against saying one thing more."""

from datetime import datetime

from django.db.models import Q

from content import clashes, placeholders
from content.calendar.reading import UNSPOKEN
from content.clashes import ClashRule, Doubt, Standing
from content.models import Post, Schedule, Slot
from content.policy import PostState, SlotState, local_day
from groupops.groups import queries as groups
from groupops.groups.models import Group
from groupops.shared.errors import Refused

POLICY = "content.clashes"
ALIVE = (PostState.DRAFT, PostState.REVIEW, PostState.APPROVED, PostState.SCHEDULED, PostState.SENT)
MOST = 200  # of each sort


def doubts(group: Group, new: Standing) -> list[Doubt]:
    """What speaks against saying `new` (with its placeholders) to the group; what it stands for itself is left out. Four queries."""
    rule: ClashRule = groups.policy(POLICY, group=group)
    around = {"due_at__gte": new.due_at - rule.reach, "due_at__lte": new.due_at + rule.reach}
    posts = Post.objects.filter(group=group, state__in=ALIVE, **around).exclude(pk=new.post or 0)
    if new.slot:
        posts = posts.exclude(slot=new.slot)
    slots = Slot.objects.filter(UNSPOKEN, schedule__group=group, state=SlotState.PLANNED, **around).exclude(pk=new.slot or 0)
    others = [_post(post, group) for post in posts.select_related("slot")[:MOST]]
    others += [_slot(slot, group) for slot in slots.select_related("schedule")[:MOST]]
    others += _promised(group, new, rule)
    return clashes.doubts_about(_filled(new, group), others, rule)


def _post(post: Post, group: Group) -> Standing:
    series = post.slot.schedule_id if post.slot else None
    return _filled(Standing(post.due_at, post.title, post.body, series, post=post.pk), group)


def _slot(slot: Slot, group: Group) -> Standing:
    schedule = slot.schedule
    return _filled(Standing(slot.due_at, schedule.title, schedule.body, schedule.pk, slot=slot.pk), group)


def _promised(group: Group, new: Standing, rule: ClashRule) -> list[Standing]:
    """Occurrences close by that are no rows yet."""
    day = local_day(new.due_at, group.zone)
    coming = Schedule.objects.filter(Q(planned_until__lt=day), group=group, enabled=True).select_related("group")[:MOST]
    found = [(schedule, due) for schedule in coming for due in _around(schedule, new.due_at, rule)]
    return [_filled(Standing(due, schedule.title, schedule.body, schedule.pk), group) for schedule, due in found]


def _around(schedule: Schedule, moment: datetime, rule: ClashRule) -> list[datetime]:
    own = schedule.rule
    near = own.days(local_day(moment - rule.gap, own.zone), local_day(moment + rule.gap, own.zone))
    return [own.moment(day) for day in near]


def _filled(standing: Standing, group: Group) -> Standing:
    """With its text as it leaves; one that cannot leave keeps its placeholders."""
    values = placeholders.values(group=group.name, day=local_day(standing.due_at, group.zone))
    try:
        text = placeholders.fill(standing.text, values)
    except Refused:
        text = standing.text
    return Standing(standing.due_at, standing.title, text, standing.series, standing.post, standing.slot)
