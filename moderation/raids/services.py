"""Every write of raids: joins are counted, a flood begins and ends, and what becomes of who joined in it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import bulk, live, skipping
from groupops.shared.errors import Conflict
from moderation import services as moderation
from moderation.models import Raid, RaidJoin
from moderation.models.raids import JoinOutcome
from moderation.policy import Offence, Source
from moderation.policy.active import FRESH
from moderation.raids import queries
from moderation.services import Noticed

FLOODED = gettext_noop("%(group)s: %(joins)d joined within %(minutes)d minutes. Welcomes and ways in are held.")
WATCHED = gettext_noop("%(group)s: %(joins)d joined within %(minutes)d minutes.")
JOINED_IN = gettext_noop("Joined in a flood of joins.")
SETTLED = _("Somebody has looked at them already.")


class Over(Conflict):
    """The raid has ended."""


@dataclass(frozen=True)
class Join:
    """Somebody came in."""

    event_id: int
    group_id: int
    membership_id: int
    at: datetime


Many = skipping.Many[RaidJoin]
Entry = tuple[int, int, int | None, datetime]  # raid, membership, event where it is known, when


def key_of(group_id: int) -> str:
    """Of its alarm."""
    return f"moderation-raid:{group_id}"


def count_joins(*, joins: Collection[Join], at: datetime) -> set[int]:
    """Count what joined; begin a raid where it is a flood. Returns the groups in which one lasts. Set-based."""
    fresh = [one for one in joins if at - one.at <= FRESH]
    if not fresh:
        return set()
    groups = {one.group_id for one in fresh}
    lasting = queries.lasting(groups)
    begun = _begin(groups - set(lasting), at)
    entries: list[Entry] = [(raid.pk, one.membership_id, one.event_id, one.at) for one in fresh if (raid := lasting.get(one.group_id))]
    entries += [row for rows in begun.values() for row in rows]
    _enter(entries, {one.membership_id: one.event_id for one in fresh})
    return {*lasting, *(raid.group_id for raid in begun)}


def _begin(groups: set[int], at: datetime) -> dict[Raid, list[Entry]]:
    """Raids that begin now, each with its entries."""
    rules = {group: rule for group, rule in (queries.rules(groups) if groups else {}).items() if rule.on}
    if not rules:
        return {}
    ended = queries.ended(rules)
    joined: defaultdict[int, dict[int, datetime]] = defaultdict(dict)
    for group, membership, when in queries.joined(rules, at - FRESH - max(rule.window for rule in rules.values())):
        if group not in ended or when > ended[group]:
            joined[group][membership] = when
    starts = {group: start for group, times in joined.items() if (start := rules[group].begins(times.values()))}
    if not starts:
        return {}
    Raid.objects.bulk_create(
        [
            Raid(
                group_id=group,
                began_at=start,
                noticed_at=at,
                last_join_at=max(joined[group].values()),
                least=rules[group].joins,
                minutes=rules[group].minutes,
                hold=rules[group].hold,
                slow=rules[group].slow,
            )
            for group, start in sorted(starts.items())
        ],
        ignore_conflicts=True,
    )
    made = Raid.objects.select_related("group").filter(group__in=starts, ended_at=None)
    found: dict[Raid, list[Entry]] = {}
    for raid in made:
        found[raid] = [(raid.pk, pk, None, when) for pk, when in joined[raid.group_id].items() if when >= raid.began_at]
        _tell(raid, len(found[raid]), at)
    return found


def _tell(raid: Raid, joins: int, at: datetime) -> None:
    """An alarm in Today and, being critical, outside the chat; and a line."""
    told = {"group": raid.group.name, "joins": joins, "minutes": raid.minutes}
    url = reverse("moderation:raid", args=[raid.pk])
    text = FLOODED if raid.hold else WATCHED
    record.raise_alarm(key=key_of(raid.group_id), severity="critical", text=text, params=told, at=at, url=url, group_id=raid.group_id)
    after = {"joins": joins, "hold": raid.hold, "slow": raid.slow}
    record.audit(by=None, verb="raid.begin", target=raid, at=at, group_id=raid.group_id, after=after)


def _enter(entries: Sequence[Entry], events: dict[int, int]) -> None:
    if not entries:
        return
    unknown = [membership for _raid, membership, event, _at in entries if event is None and membership not in events]
    known = events | (queries.told(unknown, min(at for *_ids, at in entries)) if unknown else {})
    rows = [(raid, membership, event or known.get(membership), at) for raid, membership, event, at in entries]
    bulk.insert(RaidJoin, ["raid", "membership"], ["raid", "membership", "event_id", "at"], rows)
    raids = {raid for raid, *_rest in entries}
    counted = RaidJoin.objects.filter(raid__in=raids).order_by().values_list("raid").annotate(n=Count("pk"), last=Max("at"))
    bulk.update(Raid, ["joins", "last_join_at"], [(pk, n, last) for pk, n, last in counted])


def lift_quiet(*, at: datetime) -> int:
    """End the raids in which nobody has joined for long enough; returns how many."""
    rows = list(Raid.objects.filter(ended_at=None).order_by("pk"))
    rules = queries.rules({raid.group_id for raid in rows}) if rows else {}
    return sum(_lift(raid, None, at) for raid in rows if rules[raid.group_id].is_over(raid.last_join_at, at))


def lift(*, raid: Raid, by: User, at: datetime) -> Raid:
    """A person says that it is over. Raises Forbidden, Over."""
    access.demand(by, GroupRight.MODERATE, raid.group)
    if not _lift(raid, by, at):
        raise Over(_("It is over already."))
    raid.refresh_from_db()
    return raid


def _lift(raid: Raid, by: User | None, at: datetime) -> bool:
    with transaction.atomic():
        if not Raid.objects.filter(pk=raid.pk, ended_at=None).update(ended_at=at, ended_by=by):
            return False
        record.audit(by=by, verb="raid.lift", target=raid, at=at, group_id=raid.group_id, after={"joins": raid.joins})
        record.close_alarm(key=key_of(raid.group_id), at=at)
    live.publish(live.DELIVERIES)
    return True


def make_cases(*, entries: Sequence[RaidJoin], by: User, at: datetime) -> Many:
    """Whoever joined in a raid is to be judged: one case each, in the queue. A person decides about it."""
    return _each(entries, by, lambda row: _case(row, by, at))


def let_be(*, entries: Sequence[RaidJoin], by: User, at: datetime) -> Many:
    """They may stay, and are no longer looked at more strictly."""
    return _each(entries, by, lambda row: _settle(row, JoinOutcome.LET, by, at))


def look_again(*, entries: Sequence[RaidJoin], by: User, at: datetime) -> Many:
    """Take `let_be` back."""
    return _each(entries, by, lambda row: _again(row, by, at))


def _each(rows: Sequence[RaidJoin], by: User, work: Callable[[RaidJoin], str | Promise | None]) -> Many:
    result = Many()
    rights = access.rights_on(by, {row.raid.group_id: row.raid.group for row in rows}.values())
    with transaction.atomic():
        wanted = RaidJoin.objects.select_for_update(of=("self",)).select_related("raid__group", "membership__person")
        for row in wanted.filter(pk__in=[row.pk for row in rows]).order_by("pk"):
            why = work(row) if GroupRight.MODERATE in rights[row.raid.group_id] else access.MISSING[GroupRight.MODERATE]
            if why:
                result.skipped.append((row, why))
            else:
                result.done.append(row)
    return result


def _case(row: RaidJoin, by: User, at: datetime) -> str | Promise | None:
    if row.outcome != JoinOutcome.WAITS:
        return SETTLED
    if row.event_id is None:
        return _("Nothing is known of how they joined.")
    member = row.membership
    noticed = Noticed(
        event_id=row.event_id,
        group_id=row.raid.group_id,
        membership_id=member.pk,
        author=member.person.remote_id,
        message="",
        text="",
        at=row.at,
        day=row.at.astimezone(ZoneInfo(row.raid.group.zone)).date(),
        offence=Offence.ADVERT,
        source=Source.STAFF,
        reason=JOINED_IN,
        counted=True,
    )
    row.case = moderation.notice(noticed=[noticed], at=at)[row.event_id]
    return _settle(row, JoinOutcome.CASE, by, at)


def _settle(row: RaidJoin, outcome: JoinOutcome, by: User, at: datetime) -> str | Promise | None:
    if row.outcome != JoinOutcome.WAITS:
        return SETTLED
    row.outcome, row.settled_by, row.settled_at = outcome, by, at
    row.save(update_fields=["outcome", "settled_by", "settled_at", "case"])
    record.audit(by=by, verb="raid.case" if outcome == JoinOutcome.CASE else "raid.let", target=row, at=at, group_id=row.raid.group_id)
    return None


def _again(row: RaidJoin, by: User, at: datetime) -> str | Promise | None:
    if row.outcome != JoinOutcome.LET:
        return SETTLED
    row.outcome, row.settled_by, row.settled_at = JoinOutcome.WAITS, None, None
    row.save(update_fields=["outcome", "settled_by", "settled_at"])
    record.audit(by=by, verb="raid.look_again", target=row, at=at, group_id=row.raid.group_id)
    return None
