"""Everything about one person in a file; and after an erasure nothing in any table says who it was, nor brings it back."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from groupops.accounts.models import User
from groupops.inbound import services as inbound
from groupops.inbound.models import StoredEvent
from groupops.inbound.pipeline import drain
from groupops.messaging import outbox
from groupops.messaging.adapter import Event, EventKind, Operation
from groupops.messaging.models import Binding, Delivery
from groupops.record import queries as record
from groupops.record import services as trail
from groupops.record.models import Alarm, AuditDetail, AuditEntry, Tombstone
from groupops.shared import clock, secretbox
from groupops.shared.errors import Conflict, Forbidden, Invalid
from groupops.shared.personal import ERASED
from members import personal
from members.consent import services as consent
from members.consenting import ContactKind, Origin
from members.importing.services import stage
from members.importing.tables import Table
from members.leaving import EXPORT_LASTS, GRACE
from members.models import (
    CareTask,
    DailyActivity,
    Erasure,
    FormerName,
    ImportRow,
    Leave,
    Membership,
    MembershipTag,
    Note,
    Person,
    PersonExport,
    PersonMerge,
    RosterImport,
)
from members.privacy import queries
from members.privacy import services as privacy
from members.tags import services as tags
from tests.factories.accounts import founder, operator
from tests.factories.groups import NOW
from tests.factories.inviting import CampaignFactory, InvitationFactory, ProofFactory
from tests.factories.members import (
    CareTaskFactory,
    MemberRequestFactory,
    MembershipFactory,
    MembershipTagFactory,
    PersonFactory,
    TierChangeFactory,
)
from tests.factories.messaging import BindingFactory
from tests.factories.sweep import SweepCaseFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NAME, FORMER, WX, OTHER_WX, WORDS, PHONE = "欧阳夏丹", "夏夏不吃糖", "wxid_q7x3kd91", "wxid_second_88", "我家住在幸福路七号", "13987654321"
SECRETS = (NAME, FORMER, WX, OTHER_WX, WORDS, PHONE, "孩子刚上小学", "她丈夫生病了")


def told(binding: Binding, *events: Event, at: Any = NOW) -> None:
    inbound.store(connection=binding.connection, events=events, at=at)
    drain(connection=binding.connection, at=at)


def said(binding: Binding, key: str, user: str, name: str, text: str, **values: Any) -> Event:
    given = {"kind": EventKind.MESSAGE, "group": binding.remote_id, "occurred_at": NOW, "message": f"m-{key}"} | values
    return Event(key=key, user=user, user_name=name, text=text, raw={"from": user, "nick": name, "text": text}, **given)


def password_of(user: User) -> str:
    user.set_password("correct horse battery")
    user.save()
    return "correct horse battery"


def somebody() -> tuple[Binding, Membership, User]:
    """A human about whom every table knows something."""
    binding, by = BindingFactory(), founder()
    told(
        binding,
        said(binding, "1", WX, FORMER, "大家好"),
        said(binding, f"look:1:{WX}", WX, NAME, WORDS, occurred_at=NOW + timedelta(hours=1)),
    )
    told(binding, said(binding, "2", "bob", "小波", f"@{NAME} 说得对，{WX}"))
    row = Membership.objects.select_related("person", "group").get(person__remote_id=WX)
    other = PersonFactory(realm=row.person.realm, remote_id=OTHER_WX, name=NAME, merged_into=row.person)
    MembershipFactory(person=other, group=row.group, same_as=row)
    PersonMerge.objects.create(person=other, into=row.person, by=by, at=NOW)
    consent.add(person=row.person, kind=ContactKind.PHONE, value=PHONE, origin=Origin.MEMBER, by=by, at=NOW)
    tags.write(membership=row, text="她丈夫生病了", by=by, at=NOW)
    mark = MembershipTagFactory(membership=row)
    tags.give(tag=mark.tag, memberships=[MembershipFactory(group=row.group, person__name="别人")], by=by, at=NOW)
    trail.audit(by=by, verb="tag.give", target=mark.tag, at=NOW, group_id=row.group_id, after={"names": [NAME, "别人"]})
    trail.audit(
        by=by, verb="care.done", target=CareTaskFactory(membership=row, note="孩子刚上小学"), at=NOW, after={"note": "孩子刚上小学"}
    )
    TierChangeFactory(membership=row, note=f"{NAME}是老朋友")
    MemberRequestFactory(membership=row, title=WORDS[:20], text=WORDS)
    Leave.objects.create(membership=row, since=NOW, until=NOW + timedelta(days=9), reason=f"{NAME}生孩子")
    SweepCaseFactory(membership=row, run__group=row.group, why=WORDS)
    guest = InvitationFactory(campaign=CampaignFactory(groups=[row.group]), name=NAME, reason=WORDS, guest=row)
    ProofFactory(invitation=guest, text=WORDS)
    brought = RosterImport.objects.create(group=row.group, sort="table", name="名单", digest="d", by=by, at=NOW)
    ImportRow.objects.create(
        roster_import=brought, number=1, cells=[WX, NAME], verdict="same", name=NAME, remote_id=WX, was_name=FORMER, membership=row
    )
    trail.raise_alarm(key="first", severity="notice", text="%(name)s waits", params={"name": NAME}, at=NOW, group_id=row.group_id)
    wish = outbox.Wish(Operation.SEND_DIRECT, f"{NAME}，你好", WX, NAME)
    private = outbox.act(wish, purpose="request_news", subject_id=1, group=row.group, due_at=NOW, expires_at=None, at=NOW)
    welcome = outbox.say(purpose="welcome", subject_id=1, group=row.group, text=f"欢迎 @{NAME}", due_at=NOW, expires_at=None, at=NOW)
    Delivery.objects.filter(pk__in=[private.pk, welcome.pk]).update(state="sent", settled_at=NOW)
    return binding, row, by


def ask(row: Membership, by: User, **values: Any) -> Erasure:
    given = {"reason": "本人要求", "password": password_of(by), "typed": row.person.name, "by": by, "at": NOW} | values
    return privacy.ask_erasure(person=row.person, **given)


def everything() -> list[tuple[str, str]]:
    """Every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (our own tables)
            found += [(table, _plain(row)) for row in cursor.fetchall()]
    return sorted(found)


def _plain(row: tuple[Any, ...]) -> str:
    text = repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])
    for secret in SECRETS:  # SQLite keeps JSON in escapes
        text = text.replace(json.dumps(secret)[1:-1].replace("\\", "\\\\"), secret)
    return text


def leaks() -> list[tuple[str, str]]:
    return [(table, secret) for table, text in everything() for secret in SECRETS if secret in text]


def test_before_an_erasure_everything_is_found_by_the_scan() -> None:
    somebody()
    assert {secret for _table, secret in leaks()} == set(SECRETS) - {PHONE}, "what the scan must find, or it proves nothing"


def test_after_an_erasure_no_table_says_who_it_was() -> None:
    _binding, row, by = somebody()
    before = {
        "activity": list(DailyActivity.objects.order_by("pk").values()),
        "members": Membership.objects.count(),
        "events": StoredEvent.objects.count(),
        "lines": AuditEntry.objects.count(),
    }
    asked = ask(row, by)
    assert privacy.erase_due(at=NOW + GRACE - timedelta(seconds=1)) == 0
    assert [privacy.erase_due(at=NOW + GRACE) for _run in range(2)] == [1, 0]
    assert leaks() == []
    assert list(DailyActivity.objects.order_by("pk").values()) == before["activity"]
    assert (Membership.objects.count(), StoredEvent.objects.count()) == (before["members"], before["events"])
    row.person.refresh_from_db()
    assert row.person.name == ERASED
    assert not any(model.objects.filter(membership=row).exists() for model in (Note, MembershipTag, CareTask))
    asked.refresh_from_db()
    assert (asked.state, asked.counts["members.note"]) == ("done", 1)
    assert "别人" in str(list(Person.objects.values("name"))), "nobody else is touched"
    trail.seal(at=NOW)
    assert record.verify_chain().broken_at is None
    assert AuditEntry.objects.get(verb="person.erase").by == by


def test_erased_twice_changes_nothing() -> None:
    _binding, row, by = somebody()
    ask(row, by)
    privacy.erase_due(at=NOW + GRACE)
    once = everything()
    again = privacy._buried(queries.subject(row.person), NOW)
    for holding in queries.holdings():
        if holding.erase:
            holding.erase(again, NOW + GRACE)
    assert everything() == once


def test_killed_in_the_middle_nothing_has_happened_and_the_next_run_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _binding, row, by = somebody()
    ask(row, by)
    before = everything()
    with monkeypatch.context() as patch:
        patch.setattr(personal, "_anonymise", _killed)
        with pytest.raises(RuntimeError), transaction.atomic():
            privacy.erase_due(at=NOW + GRACE)
    assert everything() == before
    assert privacy.erase_due(at=NOW + GRACE) == 1
    assert leaks() == []


def _killed(*args: object) -> None:
    raise RuntimeError("kill -9")


def test_neither_a_message_nor_a_list_brings_them_back() -> None:
    binding, row, by = somebody()
    ask(row, by)
    privacy.erase_due(at=NOW + GRACE)
    later = NOW + timedelta(days=9)
    events, messages = StoredEvent.objects.count(), DailyActivity.objects.filter(membership=row).count()
    old = said(binding, f"look:1:{WX}", WX, NAME, WORDS, occurred_at=NOW + timedelta(hours=1))
    told(binding, old, said(binding, "9", WX, NAME, WORDS, occurred_at=later), at=later)
    assert StoredEvent.objects.count() == events + 1, "the old one is known again, without its key being kept"
    assert DailyActivity.objects.filter(membership=row).count() == messages + 1, "counted, of nobody"
    table = Table(["微信号", "昵称", "备注"], {"id": 0, "name": 1}, [(2, [WX, NAME, WORDS]), (3, ["wxid_new", "新人", ""])])
    made, _new = stage(group=row.group, table=table, name="名单", digest="e", by=by, at=later)
    assert "新人" in str(list(made.rows.values("cells"))), "the others of the list come in as ever"
    assert leaks() == []
    row.person.refresh_from_db()
    with pytest.raises(Conflict):
        ask(row, by, typed=ERASED)


def test_whoever_has_a_message_on_the_way_waits() -> None:
    _binding, row, by = somebody()
    Delivery.objects.filter(user=WX).update(state="claimed", fence="00000000-0000-0000-0000-000000000000", lease_until=NOW, settled_at=None)
    ask(row, by)
    assert privacy.erase_due(at=NOW + GRACE) == 0
    Delivery.objects.filter(user=WX).update(state="sent", settled_at=NOW)
    assert privacy.erase_due(at=NOW + GRACE) == 1


def test_asked_by_a_founder_with_password_and_name_and_taken_back() -> None:
    row, by = MembershipFactory(person__name="小周"), founder()
    with pytest.raises(Forbidden):
        ask(row, operator())
    for wrong in ({"password": "wrong"}, {"typed": "小周周"}, {"typed": ""}, {"reason": ""}):
        with pytest.raises(Invalid):
            ask(row, by, **wrong)
    made = ask(row, by)
    with pytest.raises(Conflict):
        ask(row, by)
    privacy.take_back(erasure=made, by=by, at=NOW)
    with pytest.raises(Conflict):
        privacy.take_back(erasure=made, by=by, at=NOW)
    assert privacy.erase_due(at=NOW + GRACE) == 0
    assert not Tombstone.objects.exists()
    assert {"person.erase_ask", "person.erase_undo"} <= set(AuditEntry.objects.values_list("verb", flat=True))


def test_an_export_tells_everything_to_whoever_asked_for_a_day() -> None:
    _binding, row, by = somebody()
    privacy.ask_export(person=row.person, reason="本人要求", by=by, at=NOW)
    with pytest.raises(Conflict), transaction.atomic():
        privacy.ask_export(person=row.person, reason="再来", by=by, at=NOW)
    assert [privacy.make_exports(at=NOW) for _run in range(2)] == [1, 0]
    export = PersonExport.objects.get()
    file = zipfile.ZipFile(io.BytesIO(privacy.download(export=export, by=by, at=NOW)))
    text, page = file.read("person.json").decode(), file.read("person.html").decode()
    for secret in SECRETS:
        assert secret in text
        assert secret in page
    assert {"members.contact", "members.note", "inbound.storedevent", "record.auditentry", "messaging.delivery"} <= set(
        json.loads(text)["tables"]
    )
    for other, at in ((founder(), NOW), (by, NOW + EXPORT_LASTS)):
        with pytest.raises(Conflict):
            privacy.download(export=export, by=other, at=at)
    assert [privacy.forget_exports(at=NOW + EXPORT_LASTS) for _run in range(2)] == [1, 0]
    assert AuditEntry.objects.filter(verb="person.download").count() == 1


def test_pages() -> None:
    row, by, client = MembershipFactory(person__name="小周"), founder(), Client()
    password = password_of(by)
    client.force_login(by)
    page = reverse("members:privacy", args=[row.person_id])
    assert client.get(page).status_code == 200
    assert client.post(reverse("members:privacy-export", args=[row.person_id]), {"reason": ""}).status_code == 422
    client.post(reverse("members:privacy-export", args=[row.person_id]), {"reason": "本人要求"})
    privacy.make_exports(at=clock.now())
    answer = client.get(reverse("members:privacy-file", args=[PersonExport.objects.get().pk]))
    assert answer["Content-Type"] == "application/zip"
    assert client.get(f"/api/v1/person-exports/{PersonExport.objects.get().pk}/file/").content[:2] == b"PK"
    erase = reverse("members:privacy-erase", args=[row.person_id])
    assert client.post(erase, {"reason": "本人要求", "typed": "小周", "password": "no"}).status_code == 422
    assert client.post(erase, {"reason": "本人要求", "typed": "小周", "password": password}).status_code == 302
    made = Erasure.objects.get()
    assert "小周" in client.get(reverse("members:erasures")).content.decode()
    client.post(reverse("members:erasure-back", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == "taken_back"


def test_every_table_with_a_path_to_a_person_is_told_and_erased_or_says_why_not() -> None:
    """A new table about people must be listed in the holdings of its app (settings.PERSONAL_DATA), or in members.personal.LEFT_OUT."""
    found: set[type[models.Model]] = {Person}
    while True:
        more = {
            model
            for model in apps.get_models()
            for field in model._meta.get_fields()
            if isinstance(field, models.ForeignKey) and field.related_model in found
        }
        if more <= found:
            break
        found |= more
    listed = {holding.model for holding in queries.holdings()}
    assert sorted(model.__name__ for model in found - listed - set(personal.LEFT_OUT)) == []
    named = {model._meta.label_lower for model in found if model._meta.app_label == "members"}
    assert sorted(named - settings.PERSONAL_LABELS) == [], "the audit trail would keep their names in the chain"


BROKEN: dict[str, dict[str, Any]] = {
    "waits for nothing": {"due_at": NOW},
    "settled without a time": {"state": "done"},
    "odd state": {"state": "odd", "settled_at": NOW},
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_database_keeps_it(broken: str) -> None:
    values: dict[str, Any] = {"person": PersonFactory(), "by": founder(), "at": NOW, "due_at": NOW + GRACE, "reason": "要删"}
    Erasure.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.create(**values | {"person": PersonFactory()} | BROKEN[broken])
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonExport.objects.create(person=values["person"], by=values["by"], at=NOW, reason="看", state="ready")


def test_an_old_key_still_knows_the_erased(settings: Any) -> None:
    """Keys are rotated by putting a new one in front."""
    aliases = trail.bury(accounts=[("memory", WX)], at=NOW)
    settings.CREDENTIAL_KEYS = ["newer", *settings.CREDENTIAL_KEYS]
    assert record.aliases("memory", [WX, "bob", ""]) == {WX: aliases["memory", WX]}
    assert trail.bury(accounts=[("memory", WX)], at=NOW) == aliases
    assert len(secretbox.digests("x")) == len(settings.CREDENTIAL_KEYS)
    assert WX not in str(list(Tombstone.objects.values()))


def test_of_a_line_about_a_person_the_name_lies_beside_the_chain() -> None:
    row = MembershipFactory(person__name="小周")
    entry = trail.audit(by=None, verb="person.part", target=row.person, at=NOW)
    assert (entry.target_label, entry.label) == ("", "小周")
    trail.seal(at=NOW)
    trail.erase_details(entries=[entry.pk], by=None, at=NOW, why="要求")
    trail.seal(at=NOW)
    assert AuditEntry.objects.get(pk=entry.pk).label == f"#{row.person_id}"
    assert record.verify_chain().broken_at is None
    assert not AuditDetail.objects.filter(entry=entry).exists()
    assert not Alarm.objects.exists()
    assert not FormerName.objects.exists()
