"""Every write of the tags and notes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared.errors import Conflict, Forbidden
from members.models import Membership, MembershipTag, Note, Segment, Tag
from members.segments import queries as segments
from members.tags import queries

CHUNK = 2000


class NameTaken(Conflict):
    """Two tags of one name would be one word with two meanings."""


class GivenByRule(Conflict):
    """The rule would give it back the next night."""


@dataclass
class Marked:
    """What became of several members: whose tags changed, and who was skipped and why."""

    done: list[int] = field(default_factory=list)
    skipped: Sequence[tuple[str, str | Promise]] = field(default_factory=list)


def create(*, name: str, rule: Segment | None, by: User, at: datetime) -> Tag:
    """A new tag. Raises NameTaken."""
    try:
        with transaction.atomic():
            tag = Tag.objects.create(name=name.strip(), rule=rule, created_at=at, created_by=by)
            record.audit(by=by, verb="tag.create", target=tag, at=at, after={"name": tag.name, "rule": rule.name if rule else ""})
    except IntegrityError:
        raise NameTaken(_("There is a tag of this name already."), field="name") from None
    return tag


def archive(*, tag: Tag, archived: bool, by: User, at: datetime) -> None:
    """Put a tag away, or bring it back: whoever carries it keeps it meanwhile, unseen."""
    with transaction.atomic():
        if Tag.objects.filter(pk=tag.pk, archived=not archived).update(archived=archived):
            record.audit(by=by, verb="tag.archive" if archived else "tag.restore", target=tag, at=at)


def give(*, tag: Tag, memberships: Iterable[Membership], by: User, at: datetime) -> Marked:
    """Tag these members; those who carry it already and those whom `by` may not care for are skipped. Raises GivenByRule."""
    _by_hand(tag)
    rows, result = _allowed(memberships, by)
    with transaction.atomic():
        has = queries.carrying([row.pk for row in rows], tag)
        fresh = [row for row in rows if row.pk not in has]
        MembershipTag.objects.bulk_create([MembershipTag(membership=row, tag=tag, by=by, at=at) for row in fresh], ignore_conflicts=True)
        _told(tag, fresh, "tag.give", by, at)
    result.done = [row.pk for row in fresh]
    result.skipped = [*result.skipped, *((row.person.name, _("carries the tag already")) for row in rows if row.pk in has)]
    return result


def take(*, tag: Tag, memberships: Iterable[Membership], by: User, at: datetime) -> Marked:
    """Take the tag from these members. Raises GivenByRule."""
    _by_hand(tag)
    rows, result = _allowed(memberships, by)
    with transaction.atomic():
        has = queries.carrying([row.pk for row in rows], tag)
        MembershipTag.objects.filter(tag=tag, membership__in=has).delete()
        _told(tag, [row for row in rows if row.pk in has], "tag.take", by, at)
    result.done = [row.pk for row in rows if row.pk in has]
    result.skipped = [*result.skipped, *((row.person.name, _("does not carry the tag")) for row in rows if row.pk not in has)]
    return result


def _by_hand(tag: Tag) -> None:
    if tag.rule_id:
        raise GivenByRule(_("This tag is given by a rule: change its segment instead."))


def _allowed(memberships: Iterable[Membership], by: User) -> tuple[list[Membership], Marked]:
    rows, result = list(memberships), Marked()
    rights = access.rights_on(by, {row.group_id: row.group for row in rows}.values())
    result.skipped = [(row.person.name, access.MISSING[GroupRight.CARE]) for row in rows if GroupRight.CARE not in rights[row.group_id]]
    return [row for row in rows if GroupRight.CARE in rights[row.group_id]], result


def _told(tag: Tag, rows: Collection[Membership], verb: str, by: User, at: datetime) -> None:
    """One audit line a group."""
    for group_id in sorted({row.group_id for row in rows}):
        names = [row.person.name for row in rows if row.group_id == group_id]
        record.audit(by=by, verb=verb, target=tag, at=at, group_id=group_id, after={"names": names})


def tag_by_rules(*, at: datetime) -> int:
    """Bring every tag with a rule up to date, as its segment's owner sees the groups; returns how many marks changed."""
    changed = 0
    for tag in Tag.objects.filter(archived=False, rule__isnull=False).select_related("rule__owner").order_by("pk"):
        if tag.rule is not None:
            members = segments.members_of(tag.rule, tag.rule.owner).filter(left_at=None)
            changed += sum(follow_rule(tag=tag, members=members, at=at))
    return changed


def follow_rule(*, tag: Tag, members: QuerySet[Membership], at: datetime) -> tuple[int, int]:
    """Give the tag to whoever is in the segment now, and take it from whoever is not; returns how many of each. Twice changes nothing."""
    with transaction.atomic():
        mine = MembershipTag.objects.filter(tag=tag)
        taken, _each = mine.exclude(membership__in=members.order_by().values("pk")).delete()
        missing = members.order_by().exclude(pk__in=mine.values("membership")).values_list("pk", flat=True)
        given = 0
        for chunk in _chunks(list(missing)):
            MembershipTag.objects.bulk_create([MembershipTag(membership_id=pk, tag=tag, at=at) for pk in chunk], ignore_conflicts=True)
            given += len(chunk)
    return given, taken


def _chunks(pks: list[int]) -> Iterable[list[int]]:
    return (pks[start : start + CHUNK] for start in range(0, len(pks), CHUNK))


def write(*, membership: Membership, text: str, by: User, at: datetime) -> Note:
    """Note something about a member. Raises Forbidden."""
    access.demand(by, GroupRight.CARE, membership.group)
    with transaction.atomic():
        note = Note.objects.create(membership=membership, text=text.strip(), by=by, at=at)
        record.audit(by=by, verb="note.write", target=note, at=at, group_id=membership.group_id)
    return note


def hide(*, note: Note, hidden: bool, by: User, at: datetime) -> None:
    """Take one's own note back, or bring it back. Raises Forbidden for somebody else's."""
    if note.by_id != by.pk:
        raise Forbidden(_("Only who wrote a note takes it back."))
    with transaction.atomic():
        if Note.objects.filter(pk=note.pk, hidden_at__isnull=hidden).update(hidden_at=at if hidden else None):
            record.audit(by=by, verb="note.hide" if hidden else "note.show", target=note, at=at, group_id=note.membership.group_id)
