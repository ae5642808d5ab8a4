"""举报: members point at messages of others."""

from collections.abc import Collection, Mapping

from groupops.inbound.models import StoredEvent
from groupops.inbound.turn import Turn
from groupops.messaging.adapter import EventKind
from members.models import Membership
from moderation.policy import Offence
from moderation.services import Report
from moderation.services.noticed import pointed_at

REPORT = ("举报", "/report")


def reports_in(turns: Mapping[int, Turn]) -> list[Report]:
    """Replies that say so, to messages that we know and whose authors are somebody else; in the order of the batch."""
    asking = {turn.event_id: turn for turn in turns.values() if turn.reply_to and turn.text.strip().lower().startswith(REPORT)}
    if not asking:
        return []
    groups = {turn.group_id for turn in asking.values()}
    rows = StoredEvent.objects.filter(group__in=groups, remote_message__in=[turn.reply_to for turn in asking.values()], own=False)
    known = list(rows.order_by("pk"))
    for one in known:
        if one.pk in turns:  # of this batch: whose it is, is not written yet
            one.person_id = turns[one.pk].person_id
    said = {(one.group_id, one.remote_message): one for one in known if one.person_id and one.kind == EventKind.MESSAGE}
    members = _members({(row.person_id or 0, row.group_id or 0) for row in said.values()})
    found = []
    for turn in asking.values():
        row = said.get((turn.group_id, turn.reply_to))
        member = members.get((row.person_id or 0, row.group_id or 0)) if row else None
        if row is not None and member is not None and member != turn.membership_id:
            told = pointed_at(row, group_id=turn.group_id, membership_id=member, offence=Offence.OFF_TOPIC, zone=turn.zone)
            found.append(Report(turn.membership_id or 0, told, turn.at, turn.event_id))
    return found


def _members(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    persons, groups = {person for person, _group in pairs}, {group for _person, group in pairs}
    rows = Membership.objects.filter(person__in=persons, group__in=groups, same_as=None)
    return {(person, group): pk for person, group, pk in rows.values_list("person", "group", "pk")}
