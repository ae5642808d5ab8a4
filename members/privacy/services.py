"""Ask for an export, make it, delete it; ask for an erasure, take it back, carry it out."""

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.messaging.personal import under_way
from groupops.record import services as record
from groupops.shared import doorbell
from groupops.shared.errors import Conflict, Invalid
from groupops.shared.masking import reason_of
from groupops.shared.personal import Account, Subject, is_alias
from members.leaving import EXPORT_LASTS, GRACE, ErasureState, ExportState, is_confirmed
from members.mentions import being_taken_over
from members.models import Erasure, Person, PersonExport
from members.privacy import packing, queries

MAKE = "members.tasks.make_exports"


class NotConfirmed(Invalid):
    """The password or the typed name is not right."""


class AskedAlready(Conflict):
    """There is one already."""


class NoLonger(Conflict):
    """It was carried out, or taken back."""


def ask_export(*, person: Person, reason: str, by: User, at: datetime) -> PersonExport:
    """Have everything about a person put into one file. Raises Forbidden, NoReason, AskedAlready."""
    access.demand_on_site(by, Right.EXPORT_PERSONS)
    why = reason_of(reason)
    try:
        with transaction.atomic():
            made = PersonExport.objects.create(person=person.human, by=by, at=at, reason=why)
            record.audit(by=by, verb="person.export", target=made.person, at=at, after={"reason": why})
            transaction.on_commit(lambda: doorbell.ring(MAKE), robust=True)
    except IntegrityError:
        raise AskedAlready(_("This export is being made already."), field="reason") from None
    return made


def make_exports(*, at: datetime) -> int:
    """Make what was asked for; twice at once makes each one once. Returns how many."""
    made = 0
    for pk in PersonExport.objects.filter(state=ExportState.WAITING).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            rows = PersonExport.objects.select_for_update(of=("self",)).select_related("person")
            row = rows.filter(pk=pk, state=ExportState.WAITING).first()
            if row is None:
                continue
            content = packing.pack(queries.told(queries.subject(row.person)), at=at)
            row.content, row.state, row.made_at, row.until = content, ExportState.READY, at, at + EXPORT_LASTS
            row.save(update_fields=["content", "state", "made_at", "until"])
            made += 1
    return made


def download(*, export: PersonExport, by: User, at: datetime) -> bytes:
    """The file, for whoever asked, while it is kept. Raises NoLonger."""
    with transaction.atomic():
        row = PersonExport.objects.filter(pk=export.pk, by=by, state=ExportState.READY, until__gt=at).first()
        if row is None or row.content is None:
            raise NoLonger(_("This export is no longer kept. Ask for a new one."))
        record.audit(by=by, verb="person.download", target=row.person, at=at)
    return bytes(row.content)


def forget_exports(*, at: datetime) -> int:
    """Delete the files whose time is over; that they were made stays."""
    rows = PersonExport.objects.filter(state=ExportState.READY, until__lte=at)
    return rows.update(state=ExportState.OVER, content=None)


def ask_erasure(*, person: Person, reason: str, password: str, typed: str, by: User, at: datetime) -> Erasure:
    """Have a person erased after GRACE. Wants the own password again and the person's name, typed. Raises Forbidden, NotConfirmed,
    NoReason, AskedAlready."""
    access.demand_on_site(by, Right.ERASE_PERSONS)
    head = person.human
    why = reason_of(reason)
    if not by.check_password(password):
        raise NotConfirmed(_("This is not your password."), field="password")
    if not is_confirmed(typed, head.name):
        raise NotConfirmed(_("Type the name exactly as it is shown."), field="typed")
    if is_erased(head):
        raise AskedAlready(_("This person was erased already."))
    try:
        with transaction.atomic():
            made = Erasure.objects.create(person=head, reason=why, by=by, at=at, due_at=at + GRACE)
            record.audit(by=by, verb="person.erase_ask", target=head, at=at, after={"due_at": made.due_at})
    except IntegrityError:
        raise AskedAlready(_("This person is to be erased already.")) from None
    return made


def is_erased(person: Person) -> bool:
    """Whether this identity was erased: it goes by an alias."""
    return is_alias(person.remote_id)


def take_back(*, erasure: Erasure, by: User, at: datetime) -> None:
    """Do not erase them after all. Raises Forbidden, NoLonger."""
    access.demand_on_site(by, Right.ERASE_PERSONS)
    with transaction.atomic():
        waiting = Erasure.objects.filter(pk=erasure.pk, state=ErasureState.WAITING)
        if not waiting.update(state=ErasureState.TAKEN_BACK, settled_at=at, settled_by=by):
            raise NoLonger(_("It is too late: this was settled already."))
        record.audit(by=by, verb="person.erase_undo", target=erasure.person, at=at)


def erase_due(*, at: datetime) -> int:
    """Erase whose time has come; returns how many. One transaction each: killed in the middle, nothing happened, and it begins anew.

    Whoever has a message on the way, or is in a file that is being taken over, waits for the next tick.
    """
    done = 0
    for pk in Erasure.objects.filter(state=ErasureState.WAITING, due_at__lte=at).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            rows = Erasure.objects.select_for_update(of=("self",)).select_related("person", "by")
            row = rows.filter(pk=pk, state=ErasureState.WAITING).first()
            if row is not None and not _waits(queries.subject(row.person)):
                _erase(row, at)
                done += 1
    return done


def _waits(found: Subject) -> bool:
    return under_way(found) or being_taken_over(found)


def _erase(row: Erasure, at: datetime) -> None:
    everything = _buried(queries.subject(row.person), at)
    counts = queries.counts(everything)
    PersonExport.objects.filter(person__in=everything.persons).delete()
    for holding in queries.holdings():
        if holding.erase:
            holding.erase(everything, at)
    Erasure.objects.filter(pk=row.pk).update(state=ErasureState.DONE, settled_at=at, counts=counts, reason="")
    row.person.refresh_from_db()
    record.audit(by=row.by, verb="person.erase", target=row.person, at=at, after={"rows": counts})


def _buried(found: Subject, at: datetime) -> Subject:
    aliases = record.bury(accounts=[(account.realm, account.remote_id) for account in found.accounts], at=at)
    named = tuple(Account(one.realm, one.remote_id, aliases[one.realm, one.remote_id]) for one in found.accounts)
    return replace(found, accounts=named)
