"""黑名单: kept out, let in again; whoever comes all the same becomes a case, and a person confirms the removal unless that is off."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Scope
from groupops.record import services as record
from groupops.shared import live
from groupops.shared.errors import Conflict, Invalid
from members.models import Membership, Person
from moderation import queries
from moderation.models import Barred, Case, Measure
from moderation.models.blacklist import IN_FORCE, LONGEST_REASON
from moderation.policy import OPEN, Act, CaseState, Held, MeasureState, Offence, Source, Verdict, held_back
from moderation.queries.blacklist import covered, held_against, in_force
from moderation.services import acting, punishing
from moderation.services.demanding import demand_not_about
from moderation.services.opening import snapshot

CHUNK = 500
TOLD = ("scope", "group_id", "kind_id", "reason", "until")


class AlreadyBarred(Conflict):
    """They stand on the blacklist for this place."""


class NotBarred(Conflict):
    """The entry is over."""


class NotToConfirm(Conflict):
    """It waits for nobody, or for somebody else than who made it."""


def demand(by: User, group: Group | None) -> None:
    """One group's entries are its moderators', all others are the site's. Raises Forbidden."""
    if group is not None:
        access.demand(by, GroupRight.MODERATE, group)
    else:
        access.demand_on_site(by, Right.MANAGE_POLICY)


def bar(
    *,
    person: Person,
    group: Group | None = None,
    kind: Kind | None = None,
    until: datetime | None,
    reason: str,
    case: Case | None = None,
    by: User,
    at: datetime,
) -> Barred:
    """Keep a human out of a group, of a kind, or (neither) of everywhere. Who is there now becomes a case that a person decides.

    Whoever holds a post is kept out only once a second reviewer confirms it, as a case of theirs is judged by two.
    Raises Forbidden, Invalid, ItIsYou, AlreadyBarred.
    """
    demand(by, group)
    human, said = person.human, reason.strip()
    if not 1 <= len(said) <= LONGEST_REASON:
        raise Invalid(_("Say why, in at most %(most)d characters.") % {"most": LONGEST_REASON}, field="reason")
    if until is not None and until <= at:
        raise Invalid(_("The end lies in the past."), field="until")
    demand_not_about(human, by)
    second = queries.is_ours(human) and queries.ladder_rule(group=group, kind=kind).second_for_posts
    scope = Scope.GROUP if group else Scope.KIND if kind else Scope.SITE
    values = {"person": human, "scope": scope, "group": group, "kind": None if group else kind}
    try:
        with transaction.atomic():
            Barred.objects.filter(IN_FORCE, until__lte=at, **values).update(lifted_at=at)
            entry = Barred.objects.create(**values, reason=said, case=case, until=until, needs_second=second, at=at, by=by)
            told = {name: getattr(entry, name) for name in TOLD} | {"until": until.isoformat() if until else None}
            record.audit(by=by, verb="blacklist.add", target=entry, at=at, group_id=entry.group_id, after=told)
            _meet(entry, at)
    except IntegrityError as error:
        if "barred" not in str(error):
            raise
        raise AlreadyBarred(_("They are on the blacklist for this place already."), field="person") from None
    return entry


def confirm(*, entry: Barred, by: User, at: datetime) -> Barred:
    """The second reviewer agrees: from now on it holds. Who does not agree lifts it. Raises Forbidden, ItIsYou, NotToConfirm."""
    demand(by, entry.group)
    demand_not_about(entry.person, by)
    with transaction.atomic():
        row = _locked(entry)
        if not row.waits or (row.until is not None and row.until <= at):
            raise NotToConfirm(_("This entry waits for nobody any more: look at it again."))
        if row.by_id == by.pk:
            raise NotToConfirm(_("You put them on the list yourself; a second person decides."))
        row.second_by, row.second_at = by, at
        row.save(update_fields=["second_by", "second_at"])
        record.audit(by=by, verb="blacklist.confirm", target=row, at=at, group_id=row.group_id, after={"reason": row.reason})
        _meet(row, at)
    return row


def _locked(entry: Barred) -> Barred:
    return Barred.objects.select_for_update(of=("self",)).select_related("person", "group").get(pk=entry.pk)


def _meet(entry: Barred, at: datetime) -> None:
    """Who is there now becomes a case."""
    there = Membership.objects.filter(covered([entry]), left_at=None, same_as=None).order_by("pk").values_list("pk", flat=True)
    came(memberships=list(there), at=at)


def lift(*, entry: Barred, by: User, at: datetime) -> Barred:
    """Take somebody off: whom a platform keeps out may come again. Raises Forbidden, NotBarred."""
    demand(by, entry.group)
    with transaction.atomic():
        row = _locked(entry)
        if row.lifted_at is not None:
            raise NotBarred(_("This entry is over already."))
        _end([row], by, at)
        record.audit(by=by, verb="blacklist.lift", target=row, at=at, group_id=row.group_id, before={"reason": row.reason})
    return row


def lapse(*, at: datetime) -> int:
    """End the entries whose time is over, at most CHUNK; returns how many."""
    with transaction.atomic():
        rows = (
            Barred.objects.select_for_update(of=("self",)).filter(IN_FORCE, until__lte=at).select_related("person").order_by("until", "pk")
        )
        ended = list(rows[:CHUNK])
        _end(ended, None, at)
    return len(ended)


def _end(entries: list[Barred], by: User | None, at: datetime) -> None:
    Barred.objects.filter(pk__in=[entry.pk for entry in entries]).update(lifted_at=at, lifted_by=by)
    for entry in entries:
        entry.lifted_at, entry.lifted_by = at, by
    kept = Membership.objects.filter(covered(entries)).values("pk")
    _close(list(Case.objects.filter(membership__in=kept, offence=Offence.BARRED, state__in=OPEN).order_by("pk")), at)
    rows = Measure.objects.filter(act=Act.BLACKLIST, state=MeasureState.DONE, case__membership__in=kept)
    still = held_against([one.case.membership_id for one in rows.select_related("case")], at)
    for one in rows.select_related("case__group__kind", "case__membership__person", "decision").order_by("pk"):
        if one.case.membership_id not in still:
            acting.act_on(case=one.case, decision=one.decision, act=Act.READMIT, said=[], at=at, due_at=at)


def _close(cases: list[Case], at: datetime) -> None:
    """Nobody keeps them out any more: there is nothing to judge."""
    still = held_against([case.membership_id for case in cases], at)
    for case in Case.objects.select_for_update(of=("self",)).filter(pk__in=[case.pk for case in cases if case.membership_id not in still]):
        if case.state in OPEN:
            case.decisions.filter(undone_at=None).update(undone_at=at)  # that of the first of two people
            punishing.move(case, CaseState.CLEAN, at=at)


def came(*, memberships: Collection[int], at: datetime) -> dict[int, Case]:
    """Of these memberships, who is kept out of where they are: their cases. In the caller's transaction; the same case while it is open."""
    entries = held_against(memberships, at) if in_force(at).exists() else {}
    if not entries:
        return {}
    rows = Membership.objects.select_related("group__kind", "person").in_bulk(entries)
    rules = queries.ladder_rules({row.group_id: row.group for row in rows.values()}.values())
    posts = queries.holders(entries)
    dealt = Counter(queries.dealt_with({row.group_id for row in rows.values()}, at))
    known = {case.membership_id: case for case in Case.objects.filter(membership__in=entries, offence=Offence.BARRED, state__in=OPEN)}
    for pk in sorted(entries):
        if pk not in known:
            row, rule = rows[pk], rules[rows[pk].group_id]
            case = known[pk] = _open(row, second=pk in posts and rule.second_for_posts, at=at)
            case.held = held_back(
                offence=Offence.BARRED, rung=punishing.step_of(case, rule, at)[1], certain=True, removes_alone=rule.barred_alone,
                has_post=pk in posts, dealt_with=dealt[row.group_id], cap=rule.per_hour,
            )  # fmt: skip
            case.save(update_fields=["held"])
            if case.held == Held.NONE:
                decision = punishing.make(case=case, verdict=Verdict.PUNISH, rule=rule, by=None, at=at)
                punishing.punish(case=case, decision=decision, rule=rule, at=at, due_at=at)
                dealt[row.group_id] += 1
    live.publish(live.DELIVERIES)
    return known


def _open(row: Membership, *, second: bool, at: datetime) -> Case:
    return Case.objects.create(
        group=row.group,
        membership=row,
        offence=Offence.BARRED,
        source=Source.BARRED,
        key=f"{row.pk}:{Offence.BARRED}:{Case.objects.filter(membership=row, offence=Offence.BARRED).count()}",
        state=CaseState.OPEN,
        state_at=at,
        opened_at=at,
        needs_second=second,
        rank=0,
        standing=snapshot(row, post=second, strikes=0, at=at),
    )
