"""Every write of the members. The pipeline's are set-based: a constant number of statements for any number of events."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from groupops.groups.models import Group, GroupDay, GroupHour
from groupops.shared import bulk
from groupops.shared.compiled import Among, Compiled, Given
from members.models import DailyActivity, FormerName, Membership, Person
from members.policy import How, Known, Presence

NAME_WIDTH = 200
STAY = ("joined_at", "join_seen", "left_at", "left_how", "rejoins", "last_spoke_at", "invited_by")
NUMBERS = ("messages", "speakers", "joins", "leaves")
KNOWN = Compiled(
    lambda: Person.objects.filter(Among("remote_id", "ids"), realm=Given("realm")).values_list(
        "pk", "remote_id", "name", "named_at", "merged_into_id"
    )
)
STAYS = Compiled(  # locked, in sorted order
    lambda: (
        Membership.objects.select_for_update()
        .filter(Among("person_id", "persons"), Among("group_id", "groups"), same_as=None)
        .order_by("pk")
        .values_list("person_id", "group_id", "pk", *STAY)
    )
)


class Sighting(NamedTuple):
    """Somebody seen under a name (which may be unknown) at a time."""

    remote_id: str
    name: str
    at: datetime


class Spoken(Counter[tuple[int, int, date]]):
    """How many messages: by membership, group and local day."""


class Days(defaultdict[tuple[int, date], Counter[str]]):
    """What a batch adds to the day of a group: by group and local day, counts named as the columns of GroupDay."""

    def __init__(self) -> None:
        super().__init__(Counter)


def meet(*, realm: str, sightings: Iterable[Sighting]) -> dict[str, int]:
    """The person id of everybody seen, by remote id; unknown ones are made, renames are followed and former names kept.

    A merged identity answers with the person it was merged into.
    """
    seen: defaultdict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        seen[sighting.remote_id].append(sighting)
    if not seen:
        return {}
    known = _known(realm, seen)
    if missing := sorted(set(seen) - set(known)):
        # Another worker may make the same person at this moment: the unique key decides, both read the row that won.
        Person.objects.bulk_create([_newcomer(realm, remote_id, seen[remote_id]) for remote_id in missing], ignore_conflicts=True)
        known |= _known(realm, missing)
    _follow_names([(known[remote_id], found) for remote_id, found in seen.items()])
    return {remote_id: person.merged_into_id or person.pk for remote_id, person in known.items()}


def _known(realm: str, remote_ids: Iterable[str]) -> dict[str, Known]:
    found = (Known(*row) for row in KNOWN(realm=realm, ids=list(remote_ids)))
    return {person.remote_id: person for person in found}


def _newcomer(realm: str, remote_id: str, found: list[Sighting]) -> Person:
    named = _latest_name(found)
    first = min(sighting.at for sighting in found)
    return Person(
        realm=realm,
        remote_id=remote_id,
        name=named.name if named else remote_id[:NAME_WIDTH],
        named_at=named.at if named else first,
        first_seen_at=first,
    )


def _latest_name(found: list[Sighting]) -> Sighting | None:
    return max((sighting for sighting in found if sighting.name), key=lambda sighting: sighting.at, default=None)


def _follow_names(people: Iterable[tuple[Known, list[Sighting]]]) -> None:
    """Take the latest name of each; every other name becomes a former one."""
    renamed, former = [], []
    for person, found in people:
        known = (person.name, "")
        if not [sighting for sighting in found if sighting.name not in known]:  # the usual case
            continue
        names = {sighting.name for sighting in found} | {person.name}
        latest = _latest_name(found)
        if latest and latest.name != person.name and (latest.at >= person.named_at or person.name == person.remote_id[:NAME_WIDTH]):
            person.name, person.named_at = latest.name, latest.at
            renamed.append(person)
        dropped = names - {"", person.name, person.remote_id[:NAME_WIDTH]}
        former += [FormerName(person_id=person.pk, name=name, until=person.named_at) for name in sorted(dropped)]
    if renamed:
        bulk.update(Person, ["name", "named_at"], [(person.pk, person.name, person.named_at) for person in renamed])
    if former:
        FormerName.objects.bulk_create(former, update_conflicts=True, unique_fields=["person", "name"], update_fields=["until"])


def attend(*, first_signs: Mapping[tuple[int, int], datetime]) -> dict[tuple[int, int], Presence]:
    """The memberships of these (person, group) pairs, locked in sorted order; missing ones are made and say `is_new`.

    `first_signs` gives when each pair was seen first. Call inside a transaction, and `keep` what was changed.
    """
    if not first_signs:
        return {}
    stays = _locked({person for person, _group in first_signs}, {group for _person, group in first_signs})
    if missing := sorted(set(first_signs) - set(stays)):
        stays |= _of_other_identities(missing)
        missing = sorted(set(missing) - set(stays))
    if missing:
        rows = [Membership(person_id=pair[0], group_id=pair[1], joined_at=first_signs[pair]) for pair in missing]
        # Made first and read back under a lock: whoever else makes the same pair waits for us or we for them.
        Membership.objects.bulk_create(rows, ignore_conflicts=True)
        made = _locked({person for person, _group in missing}, {group for _person, group in missing})
        for pair in missing:
            made[pair].is_new = _untouched(made[pair])
        stays |= {pair: made[pair] for pair in missing}
    return {pair: stays[pair] for pair in first_signs}


def _of_other_identities(missing: Collection[tuple[int, int]]) -> dict[tuple[int, int], Presence]:
    """The memberships that humans have in these groups under an identity that was merged."""
    rows = Membership.objects.select_for_update(of=("self",)).filter(
        person__merged_into__in={person for person, _group in missing}, group__in={group for _person, group in missing}, same_as=None
    )
    found = rows.order_by("pk").values_list("person__merged_into", "group_id", "pk", *STAY)
    stays = {(person, group): Presence(*stay) for person, group, *stay in found}
    return {pair: stays[pair] for pair in missing if pair in stays}


def _untouched(stay: Presence) -> bool:
    """Whether no event has spoken of it yet: then it is ours, and not one that another worker made and worked on."""
    return not stay.join_seen and stay.last_spoke_at is None and stay.left_at is None


def _locked(persons: Iterable[int], groups: Iterable[int]) -> dict[tuple[int, int], Presence]:
    rows = STAYS(persons=list(persons), groups=list(groups))
    return {(person, group): Presence(*stay) for person, group, *stay in rows}


def keep(*, stays: Collection[Presence]) -> None:
    """Write what a batch changed in memberships that `attend` locked."""
    changed = [stay for stay in stays if stay.values() != stay.was]
    # Mostly somebody spoke and nothing else: one column is written in a third of the time of seven.
    spoke = [stay for stay in changed if stay.only_spoke]
    moved = [stay for stay in changed if not stay.only_spoke] if len(spoke) < len(changed) else []
    bulk.update(Membership, ["last_spoke_at"], [(stay.pk, stay.last_spoke_at) for stay in spoke])
    bulk.update(Membership, STAY, [(stay.pk, *stay.values()) for stay in moved])


def speak(*, spoken: Spoken) -> list[tuple[int, date]]:
    """Add messages to the days of members; returns (group, day) once for each member who had not spoken there that day."""
    added = [(membership, day, messages) for (membership, _group, day), messages in spoken.items()]
    rows = bulk.add(DailyActivity, ["membership", "day"], ["messages"], added)
    after = {(membership, day): messages for membership, day, messages in rows}
    return [(group, day) for (membership, group, day), messages in spoken.items() if after[membership, day] == messages]


def tally(*, days: Days) -> None:
    """Add a batch's numbers to the days of groups: the hottest rows, one statement."""
    rows = [(group, day, *(added[name] for name in NUMBERS)) for (group, day), added in days.items()]
    bulk.add(GroupDay, ["group", "day"], NUMBERS, rows)


def tally_hours(*, hours: Mapping[tuple[int, date, int], int]) -> None:
    """Add a batch's messages to the hours of groups."""
    bulk.add(GroupHour, ["group", "day", "hour"], ["messages"], [(*key, n) for key, n in hours.items()])


def resize(*, group_ids: Collection[int]) -> None:
    """Count the present members of these groups anew: unlike adding and subtracting it heals whatever went wrong before."""
    if not group_ids:
        return
    present = (
        Membership.objects.filter(group=OuterRef("pk"), left_at=None, same_as=None)
        .order_by()
        .values("group")
        .annotate(n=Count("pk"))
        .values("n")
    )
    Group.objects.filter(pk__in=group_ids).update(member_count=Coalesce(Subquery(present, output_field=IntegerField()), 0))


def left_by_hand(*, membership_id: int, at: datetime) -> None:
    """A person removed them by hand: no platform tells us that they are gone."""
    stay = Membership.objects.select_for_update().get(pk=membership_id)
    if stay.left_at is None:
        stay.left_at, stay.left_how = at, How.KICKED
        stay.save(update_fields=["left_at", "left_how"])
        resize(group_ids={stay.group_id})


def came_back(*, membership_id: int, left_at: datetime | None) -> None:
    """A person takes back that they were removed at `left_at`: so does the list of members, where it was written by that word."""
    if left_at is None:
        return
    stay = Membership.objects.select_for_update().get(pk=membership_id)
    if stay.left_at == left_at:
        stay.left_at, stay.left_how = None, ""
        stay.save(update_fields=["left_at", "left_how"])
        resize(group_ids={stay.group_id})
