"""Every write of contacts and consents."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import secretbox
from groupops.shared.errors import Conflict, Forbidden
from groupops.shared.masking import masked, reason_of
from members.consent import queries
from members.consenting import ContactKind, Origin, Purpose, Told, cleaned
from members.models import Consent, Contact, Person

KEPT_FOR_UNDO = timedelta(days=1)


class KnownAlready(Conflict):
    """The same contact is kept already."""


def add(*, person: Person, kind: ContactKind, value: str, origin: Origin, by: User, at: datetime) -> Contact:
    """Keep a way to reach a person, sealed. Raises Forbidden, NotAContact, KnownAlready, and Conflict where they withdrew consent."""
    group_id = _demand(person, by, GroupRight.CARE)
    text = cleaned(kind, value)
    if queries.refusal(person, Purpose.CONTACTS):
        raise Conflict(_("They withdrew their consent to the keeping of contacts."), field="value")
    values = {"kind": kind, "sealed": secretbox.seal({"value": text}), "shown": masked(text), "digest": _digest(text), "origin": origin}
    try:
        with transaction.atomic():
            made = Contact.objects.create(person=person, by=by, at=at, **values)
            record.audit(by=by, verb="contact.add", target=made, at=at, group_id=group_id, after={"kind": kind, "shown": made.shown})
    except IntegrityError:
        raise KnownAlready(_("This contact is kept already."), field="value") from None
    return made


def reveal(*, contact: Contact, reason: str, by: User, at: datetime) -> str:
    """One contact in full; who looked and what for is noted. Raises Forbidden, NoReason."""
    group_id = _demand(contact.person, by, GroupRight.REVEAL)
    why = reason_of(reason)
    with transaction.atomic():
        record.audit(by=by, verb="contact.reveal", target=contact, at=at, group_id=group_id, after={"reason": why})
    return str(secretbox.unseal(contact.sealed)["value"])


def remove(*, contact: Contact, removed: bool, by: User, at: datetime) -> None:
    """Take a contact out, or bring it back within a day. Raises Forbidden, KnownAlready."""
    group_id = _demand(contact.person, by, GroupRight.CARE)
    try:
        with transaction.atomic():
            if Contact.objects.filter(pk=contact.pk, removed_at__isnull=removed).update(removed_at=at if removed else None):
                record.audit(by=by, verb="contact.remove" if removed else "contact.restore", target=contact, at=at, group_id=group_id)
    except IntegrityError:
        raise KnownAlready(_("This contact is kept already.")) from None


def forget(*, at: datetime) -> int:
    """Delete the contacts that were taken out a day ago; returns how many."""
    return Contact.objects.filter(removed_at__lte=at - KEPT_FOR_UNDO).delete()[0]


def note(*, person: Person, purpose: Purpose, given: bool, told: Told, why: str, by: User, at: datetime) -> Consent:
    """Write down that a person gave or withdrew their consent. Raises Forbidden.

    Whoever withdraws the keeping of contacts has them taken out in the same act.
    """
    group_id = _demand(person, by, GroupRight.CARE)
    with transaction.atomic():
        made = Consent.objects.create(person=person, purpose=purpose, given=given, told=told, note=why.strip(), at=at, by=by)
        after = {"purpose": purpose, "told": told}
        verb = "consent.give" if given else "consent.withdraw"
        record.audit(by=by, verb=verb, target=made, at=at, group_id=group_id, after=after)
        if purpose == Purpose.CONTACTS and not given:
            head = person.human
            for row in queries.contacts_of([head, *head.aliases.all()]):
                remove(contact=row, removed=True, by=by, at=at)
    return made


def _demand(person: Person, by: User, right: GroupRight) -> int:
    group_id = queries.place(person, by, right)
    if group_id is None:
        raise Forbidden(access.MISSING[right])
    return group_id


def _digest(text: str) -> str:
    return salted_hmac("members.consent.contact", text, algorithm="sha256").hexdigest()
