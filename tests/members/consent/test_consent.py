"""Contacts are sealed and masked everywhere; one in full wants a right and a reason; a withdrawal stops what would be said."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from groupops.groups.policy import Post
from groupops.messaging import tasks
from groupops.messaging.models import Delivery
from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Conflict, Forbidden, Invalid
from members.consent import queries
from members.consent import services as consent
from members.consenting import ContactKind, Origin, Purpose, Told
from members.models import Consent, Contact, Membership
from members.requesting import RequestState
from members.requests import services as requests
from tests.factories.accounts import admin, operator, viewer, volunteer
from tests.factories.groups import NOW, StaffPostFactory
from tests.factories.members import ConsentFactory, ContactFactory, MemberRequestFactory, MembershipFactory, PersonFactory
from tests.factories.messaging import ConnectionFactory, bound, platform

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PHONE = "138 0013-8000"


def kept(row: Membership, **values: object) -> Contact:
    given = {"kind": ContactKind.PHONE, "value": PHONE, "origin": Origin.MEMBER, "by": operator(), "at": NOW} | values
    return consent.add(person=row.person, **given)  # type: ignore[arg-type]


def client_of(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def test_a_contact_is_sealed_masked_and_kept_once() -> None:
    row = MembershipFactory()
    made = kept(row)
    assert made.shown == "13***00"
    assert "13800138000" not in str(list(Contact.objects.values()))
    with pytest.raises(Conflict):
        kept(row, value="13800138000")
    with pytest.raises(Invalid):
        kept(row, value="no number")
    with pytest.raises(Forbidden):
        kept(row, by=viewer())


@pytest.mark.parametrize(
    ("kind", "value"), [(ContactKind.EMAIL, "a@b"), (ContactKind.EMAIL, "x" * 200 + "@example.org"), (ContactKind.WECHAT, "two words")]
)
def test_what_is_no_contact_is_refused(kind: ContactKind, value: str) -> None:
    with pytest.raises(Invalid):
        kept(MembershipFactory(), kind=kind, value=value)


def test_in_full_only_by_right_with_a_reason_and_a_line_in_the_log() -> None:
    row, helper = MembershipFactory(), volunteer()
    StaffPostFactory(group=row.group, user=helper, post=Post.VOLUNTEER)
    made = kept(row)
    for user in (admin(), viewer(), helper):
        with pytest.raises(Forbidden):
            consent.reveal(contact=made, reason="寄奖品", by=user, at=NOW)
    with pytest.raises(Invalid):
        consent.reveal(contact=made, reason=" ", by=operator(), at=NOW)
    assert not AuditEntry.objects.filter(verb="contact.reveal").exists()
    assert consent.reveal(contact=made, reason="寄奖品", by=operator(), at=NOW) == "13800138000"
    entry = AuditEntry.objects.get(verb="contact.reveal")
    assert (entry.group_id, entry.detail.after) == (row.group_id, {"reason": "寄奖品"})


def test_pages_and_api_show_it_masked_and_one_at_a_time_in_full() -> None:
    row, client = MembershipFactory(), client_of(operator())
    page = reverse("members:consent", args=[row.person_id])
    assert (
        client.post(reverse("members:contact-add", args=[row.person_id]), {"kind": "phone", "value": "x", "origin": "form"}).status_code
        == 422
    )
    client.post(reverse("members:contact-add", args=[row.person_id]), {"kind": "phone", "value": PHONE, "origin": "form"})
    made = Contact.objects.get()
    listed = client.get("/api/v1/contacts/", {"person": row.person_id})
    for answer in (client.get(page), client.get(reverse("members:profile", args=[row.person_id])), listed):
        assert "13800138000" not in answer.content.decode()
    assert listed.json()["results"][0]["shown"] == "13***00"
    reveal = reverse("members:contact-reveal", args=[made.pk])
    assert client.post(reveal, {"reason": ""}).status_code == 422
    shown = client.post(reveal, {"reason": "寄奖品"})
    assert "13800138000" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    told = client.post(f"/api/v1/contacts/{made.pk}/reveal/", {"reason": "寄奖品"}, content_type="application/json")
    assert told.json() == {"value": "13800138000"}
    assert AuditEntry.objects.filter(verb="contact.reveal").count() == 2


def test_taken_out_brought_back_and_deleted_for_good_a_day_later() -> None:
    made, by = kept(MembershipFactory()), operator()
    consent.remove(contact=made, removed=True, by=by, at=NOW)
    assert not queries.contacts_of([made.person])
    consent.remove(contact=made, removed=False, by=by, at=NOW)
    assert list(queries.contacts_of([made.person])) == [made]
    consent.remove(contact=made, removed=True, by=by, at=NOW)
    assert consent.forget(at=NOW + consent.KEPT_FOR_UNDO / 2) == 0
    assert [consent.forget(at=NOW + consent.KEPT_FOR_UNDO) for _run in range(2)] == [1, 0]


def test_the_latest_word_counts_for_all_identities() -> None:
    row = MembershipFactory()
    other, by = PersonFactory(merged_into=row.person), operator()
    assert queries.refusal(row.person, Purpose.NEWS) == ""
    ConsentFactory(person=other, purpose="news", given=False, at=NOW)
    assert queries.refusal(row.person, Purpose.NEWS) == queries.refusal(other, Purpose.NEWS) != ""
    consent.note(person=row.person, purpose=Purpose.NEWS, given=True, told=Told.CHAT, why="", by=by, at=clock.now())
    assert queries.refusal(other, Purpose.NEWS) == ""
    assert Consent.objects.count() == 2


def test_what_they_withdrew_from_does_not_leave() -> None:
    fake, by = platform(), operator()
    binding = bound(fake, connection=ConnectionFactory())
    row = MembershipFactory(group=binding.group)
    fake.join(binding.remote_id, row.person.remote_id, row.person.name)
    wish = MemberRequestFactory(membership=row)
    consent.note(person=row.person, purpose=Purpose.NEWS, given=False, told=Told.CHAT, why="", by=by, at=clock.now())
    requests.move(request=wish, to=RequestState.PLANNED, answer="", by=by, at=clock.now())
    tasks.deliver()
    sent = Delivery.objects.get()
    assert (sent.state, "withdrew" in sent.why) == ("cancelled", True)


def test_who_withdraws_the_keeping_of_contacts_has_them_taken_out() -> None:
    row, by = MembershipFactory(), operator()
    kept(row)
    consent.note(person=row.person, purpose=Purpose.CONTACTS, given=False, told=Told.WRITING, why="邮件", by=by, at=NOW)
    assert not queries.contacts_of([row.person])
    with pytest.raises(Conflict):
        kept(row, value="13900139000")


BROKEN: dict[str, Callable[[Contact], object]] = {
    "the same twice": lambda row: ContactFactory(person=row.person, digest=row.digest),
    "odd kind": lambda row: ContactFactory(kind="fax"),
    "odd origin": lambda row: ContactFactory(origin="moon"),
    "not sealed": lambda row: ContactFactory(sealed=""),
    "odd purpose": lambda row: ConsentFactory(purpose="all"),
    "odd way": lambda row: ConsentFactory(told="dream"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_database_keeps_it(broken: str) -> None:
    row = ContactFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[broken](row)


def test_a_consent_is_never_rewritten() -> None:
    row = ConsentFactory()
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE members_consent SET given = NOT given WHERE id = %s", [row.pk])


def test_a_volunteer_knows_nothing_of_strangers() -> None:
    made, helper = kept(MembershipFactory()), volunteer()
    StaffPostFactory(user=helper, post=Post.OWNER)
    client = client_of(helper)
    for url in (reverse("members:consent", args=[made.person_id]), reverse("members:contact-reveal", args=[made.pk])):
        assert client.get(url).status_code == 404
    assert client.get("/api/v1/contacts/").json()["results"] == []
