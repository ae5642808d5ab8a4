"""React: who an event is about and whether they are here (resolve), and what it adds to the day (count)."""

from collections import Counter
from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound import readers
from groupops.inbound.turn import Batch, Moved, Turn, step
from groupops.messaging.adapter import EventKind
from groupops.shared import clock
from groupops.shared.personal import is_alias
from members import policy
from members import services as members

RESOLVE, COUNT = "members.inbound.resolve", "members.inbound.count"
NOBODY = gettext_noop("It is about nobody in particular.")
KNOWN = gettext_noop("This is %(name)s.")
OLD_NEWS = gettext_noop("This is %(name)s. It is older than what we know: their presence stays as it is.")
MOVES = {
    Moved.JOINED: gettext_noop("%(name)s joined the group."),
    Moved.REJOINED: gettext_noop("%(name)s is back in the group."),
    Moved.LEFT: gettext_noop("%(name)s is no longer in the group."),
    Moved.SEEN: gettext_noop("First sign of %(name)s in this group."),
}
# What is said of it, and the column it is counted in.
COUNTED = {
    EventKind.MESSAGE: (gettext_noop("Counted as a message of %(day)s."), "messages"),
    EventKind.JOINED: (gettext_noop("Counted as a join of %(day)s."), "joins"),
    EventKind.LEFT: (gettext_noop("Counted as a leave of %(day)s."), "leaves"),
}
MOVES_ALONE = frozenset({EventKind.JOINED, EventKind.LEFT})
TELLS = frozenset({*COUNTED, EventKind.PRESENT})  # the kinds that say whether somebody is here
NOT_COUNTED = gettext_noop("There is nothing to count.")


@step(_("Who it was"))
def resolve(batch: Batch) -> None:
    """Persons, their names and their memberships, for the whole batch at once. A stopped message moves `last_spoke_at` all the same."""
    named = [turn for turn in batch.turns if turn.remote_user]
    inviting = [turn for turn in named if _inviter(turn)]
    sightings = [members.Sighting(turn.remote_user, turn.user_name, turn.at) for turn in named]
    sightings += [members.Sighting(turn.operator, _name_in(turn.operator), turn.at) for turn in inviting]
    persons = members.meet(realm=batch.realm, sightings=sightings)
    inviters = {turn.event_id: persons[turn.operator] for turn in inviting}
    for turn in named:
        turn.person_id = persons[turn.remote_user]
    present = [turn for turn in named if turn.kind in TELLS]
    stays = members.attend(first_signs={(persons[turn.remote_user], turn.group_id): turn.at for turn in reversed(present)})
    for turn in batch.turns:
        _follow(turn, stays, inviters.get(turn.event_id))
    members.keep(stays=stays.values())


def _inviter(turn: Turn) -> str:
    """Who invited the person of a join, "" where nobody did or nobody says."""
    named = turn.kind == EventKind.JOINED and turn.operator not in {turn.remote_user, readers.ME}
    return turn.operator if named else ""


def _name_in(remote_id: str) -> str:
    """The name of somebody whom an export knows by nothing else."""
    name = remote_id.removeprefix(readers.BY_NAME)
    return "" if name == remote_id or is_alias(remote_id) else name


def _follow(turn: Turn, stays: dict[tuple[int, int], policy.Presence], inviter: int | None) -> None:
    """Move the stay of this turn's person as the event says, and note it."""
    name = turn.user_name or turn.remote_user
    if turn.person_id is None:
        turn.note(RESOLVE, NOBODY)
    elif turn.kind not in TELLS:
        turn.note(RESOLVE, KNOWN, name=name)
    else:
        stay = stays[turn.person_id, turn.group_id]
        turn.membership_id, turn.moved = stay.pk, _move(stay, turn, inviter)
        old_news = OLD_NEWS if turn.kind in MOVES_ALONE else KNOWN
        turn.note(RESOLVE, MOVES[turn.moved] if turn.moved else old_news, name=name)


def _move(stay: policy.Presence, turn: Turn, inviter: int | None) -> Moved | None:
    is_new, stay.is_new = stay.is_new, False
    match turn.kind:
        case EventKind.MESSAGE:
            moved = policy.spoke(stay, turn.at)
            return Moved.SEEN if is_new else moved
        case EventKind.JOINED:
            moved = policy.joined(stay, turn.at, inviter)
            return Moved.JOINED if is_new else moved
        case EventKind.LEFT:
            return policy.left(stay, turn.at, turn.how)
        case _:
            moved = policy.found(stay, turn.at)
            return Moved.SEEN if is_new else moved


@step(_("Count"))
def count(batch: Batch) -> None:
    """Messages per member and day; messages, speakers, joins and leaves per group and day; the group's size. Hot rows last."""
    spoken = members.Spoken()
    days, hours, dated = members.Days(), Counter[tuple[int, date, int]](), {}
    for turn in batch.live():
        counted = COUNTED.get(turn.kind)
        if turn.membership_id is None or counted is None:
            turn.note(COUNT, NOT_COUNTED)
            continue
        did, column = counted
        minute = turn.zone, turn.at.replace(second=0, microsecond=0)  # many are of one minute
        if minute not in dated:
            here = clock.local(turn.at, turn.zone)
            dated[minute] = here.date(), here.hour, here.date().isoformat()
        day, hour, written = dated[minute]
        days[turn.group_id, day][column] += 1
        if column == "messages":
            spoken[turn.membership_id, turn.group_id, day] += 1
            hours[turn.group_id, day, hour] += 1
        turn.note(COUNT, did, day=written)
    for group_id, day in members.speak(spoken=spoken):
        days[group_id, day]["speakers"] += 1
    members.tally_hours(hours=hours)
    members.tally(days=days)
    members.resize(group_ids={turn.group_id for turn in batch.turns if turn.moved})
