"""Fields and forms: shaped by who may, answered behind links, matched or assigned by a person, seen masked, exported as seen."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Conflict, Forbidden, Invalid
from groupops.shared.masking import masked
from members.models import FieldValue, FormAnswer, MemberForm, ProfileField
from members.surveying import FieldKind
from members.surveys import addresses, answering, delivery, fields, queries, today
from members.surveys import services as surveys
from tests.factories.accounts import admin, operator, viewer
from tests.factories.groups import NOW
from tests.factories.members import MembershipFactory
from tests.factories.surveys import FieldValueFactory, FormAnswerFactory, MemberFormFactory, ProfileFieldFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def logged_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def shape(**values: Any) -> dict[str, Any]:
    """A field as the service takes it."""
    plain = {"name": "城市", "kind": FieldKind.TEXT, "help": "", "options": [], "required": False, "personal": False, "position": 100}
    return plain | values


@pytest.fixture
def setting() -> tuple[Any, ProfileField, ProfileField, MemberForm]:
    """Somebody in a group, a field that is not personal and one that is, and a form that asks for both."""
    member = MembershipFactory()
    city, phone = ProfileFieldFactory(name="城市"), ProfileFieldFactory(name="手机号", kind="phone", personal=True)
    return member, city, phone, MemberFormFactory(groups=[member.group], asks=[city, phone])


def test_fields_are_shaped_by_operators() -> None:
    """Contacts are personal, lists have words, names are once; with values, kind and secrecy stay."""
    by = operator()
    phone = fields.save_field(field=None, **shape(name="手机号", kind=FieldKind.PHONE), by=by, at=NOW)
    assert phone.personal
    with pytest.raises(Invalid):
        fields.save_field(field=None, **shape(name="颜色", kind=FieldKind.CHOICE), by=by, at=NOW)
    with pytest.raises(Conflict):
        fields.save_field(field=None, **shape(name="手机号"), by=by, at=NOW)
    with pytest.raises(Forbidden):
        fields.save_field(field=None, **shape(), by=admin(), at=NOW)
    city = fields.save_field(field=None, **shape(), by=by, at=NOW)
    FieldValueFactory(field=city)
    with pytest.raises(Conflict):
        fields.save_field(field=city, **shape(personal=True), by=by, at=NOW)
    assert fields.save_field(field=city, **shape(name="所在城市"), by=by, at=NOW).name == "所在城市"


BROKEN: dict[str, Callable[[FieldValue, FormAnswer], object]] = {
    "two current": lambda value, answer: FieldValueFactory(membership=value.membership, field=value.field),
    "plain and sealed": lambda value, answer: FieldValueFactory(sealed="x"),
    "neither": lambda value, answer: FieldValueFactory(value=""),
    "field name": lambda value, answer: ProfileFieldFactory(name=value.field.name),
    "kind": lambda value, answer: ProfileFieldFactory(kind="song"),
    "answered twice": lambda value, answer: FormAnswerFactory(form=answer.form, membership=answer.membership),
    "matched with nobody": lambda value, answer: FormAnswerFactory(membership=None, group=answer.group, form=answer.form),
    "no title": lambda value, answer: MemberFormFactory(title=""),
    "state": lambda value, answer: MemberFormFactory(state="lost"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_database_keeps_it(broken: str) -> None:
    value, answer = FieldValueFactory(), FormAnswerFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[broken](value, answer)


def test_a_member_answers_by_their_own_link(setting: Any) -> None:
    """GET changes nothing; a bad value is said on the form; what is personal is sealed; the second answer is refused."""
    member, city, phone, form = setting
    url = reverse("portal:form", args=[addresses.personal_link(form, member.pk)])
    visitor = Client()
    assert member.person.name in visitor.get(url).content.decode()
    assert not FormAnswer.objects.exists()
    said = {f"field_{city.pk}": "上海", f"field_{phone.pk}": "12"}
    assert visitor.post(url, said).status_code == 422
    answer = visitor.post(url, said | {f"field_{phone.pk}": "138 0013 8000"})
    assert answer.status_code == 302
    values = {row.field_id: row for row in FieldValue.objects.filter(membership=member, current=True)}
    assert (values[city.pk].value, values[city.pk].sealed) == ("上海", "")
    assert (values[phone.pk].value, values[phone.pk].shown) == ("", masked("13800138000"))
    assert queries.plain(values[phone.pk]) == "13800138000"
    assert visitor.post(url, said | {f"field_{phone.pk}": ""}).status_code == 409
    assert FormAnswer.objects.count() == 1
    form.key = "another"
    form.save()
    assert visitor.get(url).status_code == 404


def test_several_answers_leave_a_history(setting: Any) -> None:
    """The last one stands; what is the same, or empty, changes nothing."""
    member, city, phone, form = setting
    form.several = True
    form.save()
    for text in ("上海", "上海", "杭州", ""):
        answering.answer(form=form, membership=member, said={city.pk: text, phone.pk: "13800138000"}, at=NOW)
    rows = FieldValue.objects.filter(membership=member, field=city).order_by("pk")
    assert [(row.value, row.current) for row in rows] == [("上海", False), ("杭州", True)]
    assert FieldValue.objects.filter(membership=member, field=phone).count() == 1


@pytest.mark.parametrize("closed", ["draft", "closed", "later", "over"])
def test_only_an_open_form_takes_answers(setting: Any, closed: str) -> None:
    member, city, _phone, form = setting
    now = clock.now()
    form.state = closed if closed in ("draft", "closed") else "open"
    form.opens_at, form.closes_at = (now.replace(year=2999), None) if closed == "later" else (None, now if closed == "over" else None)
    form.save()
    url = reverse("portal:form", args=[addresses.personal_link(form, member.pk)])
    assert Client().get(url).status_code == 200
    assert Client().post(url, {f"field_{city.pk}": "上海"}).status_code == 409
    assert not FormAnswer.objects.exists()


def test_behind_a_groups_link_one_says_who_one_is(setting: Any) -> None:
    """A name that one alone bears is theirs; else the answer waits, sealed, and a person says whose it is, and takes it back."""
    member, city, phone, form = setting
    url = reverse("portal:form-of-group", args=[addresses.group_link(form, member.group)])
    said = {f"field_{city.pk}": "上海", f"field_{phone.pk}": "13800138000"}
    assert Client().post(url, said).status_code == 422
    assert Client().post(url, said | {"name": member.person.name}).status_code == 302
    assert FormAnswer.objects.get().membership == member
    assert Client().post(url, said | {"name": "没人叫这个"}).status_code == 302
    row, by = FormAnswer.objects.get(state="unmatched"), operator()
    assert "13800138000" not in row.sealed
    assert [item.kind for item in today.source(by, NOW)] == ["form"]
    other, client = MembershipFactory(group=member.group), logged_in(by)
    page = client.get(reverse("members:answer", args=[row.pk]), {"q": other.person.name}).content.decode()
    assert other.person.name in page
    assert "13800138000" not in page
    client.post(reverse("members:answer", args=[row.pk]), {"member": other.pk})
    assert {value.field_id for value in FieldValue.objects.filter(membership=other, current=True)} == {city.pk, phone.pk}
    row.refresh_from_db()
    assert (row.state, row.sealed, row.settled_by) == ("matched", "", by)
    client.post(reverse("members:answer-to", args=[row.pk, "unassigned"]))
    row.refresh_from_db()
    assert (row.state, row.membership) == ("unmatched", None)
    assert queries.sealed_values(row) == {city.pk: "上海", phone.pk: "13800138000"}
    assert not FieldValue.objects.filter(membership=other).exists()
    with pytest.raises(Conflict):
        answering.assign(answer=row, membership=member, by=by, at=NOW)
    with pytest.raises(Forbidden):
        answering.assign(answer=row, membership=other, by=viewer(), at=NOW)


def test_what_is_taken_back_brings_the_value_of_before(setting: Any) -> None:
    member, city, _phone, form = setting
    before = FieldValueFactory(membership=member, field=city, value="北京", shown="北京")
    row = answering.answer_in_group(form=form, group=member.group, name="谁", account="", said={city.pk: "上海"}, at=NOW)
    answering.assign(answer=row, membership=member, by=operator(), at=NOW)
    before.refresh_from_db()
    assert not before.current
    answering.unassign(answer=row, by=operator(), at=NOW)
    before.refresh_from_db()
    assert before.current


def test_the_page_and_its_exports_show_the_same_masked(setting: Any) -> None:
    """Exactly the view, as CSV and XLSX."""
    member, city, phone, form = setting
    answering.answer(form=form, membership=member, said={city.pk: "=上海", phone.pk: "13800138000"}, at=NOW)
    answering.answer_in_group(form=form, group=member.group, name="谁", account="", said={city.pk: "杭州", phone.pk: "13900139000"}, at=NOW)
    client = logged_in(viewer())
    url, export = reverse("members:form", args=[form.pk]), reverse("members:form-export", args=[form.pk])
    page = client.get(url).content.decode()
    assert "=上海" in page
    assert "杭州" in page
    assert "138001" not in page
    lines = b"".join(client.get(export, {"state": "unmatched"})).decode().splitlines()  # type: ignore[arg-type]
    assert len(lines) == 2
    assert "杭州" in lines[1]
    assert masked("13900139000") in lines[1]
    sheet = load_workbook(io.BytesIO(client.get(export, {"as": "xlsx"}).content)).active
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "'=上海" in cells
    assert not any("138001" in str(cell) for cell in cells)


def test_one_value_is_seen_in_full_with_a_reason(setting: Any) -> None:
    """Noted; without a reason, or without the right, not at all."""
    member, _city, phone, form = setting
    answering.answer(form=form, membership=member, said={phone.pk: "13800138000"}, at=NOW)
    url, client = reverse("members:value", args=[FieldValue.objects.get().pk]), logged_in(operator())
    assert "13800138000" not in client.get(url).content.decode()
    assert client.post(url, {"reason": " "}).status_code == 422
    shown = client.post(url, {"reason": "寄送奖品"})
    assert "13800138000" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(verb="value.reveal", group_id=member.group_id).count() == 1
    assert logged_in(admin()).post(url, {"reason": "寄送奖品"}).status_code in (403, 409, 422)


def test_the_profile_shows_it_and_the_story_tells_it(setting: Any) -> None:
    member, city, phone, form = setting
    answering.answer(form=form, membership=member, said={city.pk: "上海", phone.pk: "13800138000"}, at=NOW)
    page = logged_in(viewer()).get(reverse("members:profile", args=[member.person_id])).content.decode()
    assert "上海" in page
    assert "138001" not in page
    assert form.title in page


def test_a_form_is_made_opened_and_sent_once_into_each_group(setting: Any) -> None:
    """A draft is not sent; twice in a row is once; a form that was closed stops what has not left."""
    member, city, phone, _form = setting
    client = logged_in(operator())
    body = {"title": "新人信息", "groups": [member.group_id], "field_1": phone.pk, "field_2": city.pk}
    assert client.post(reverse("members:form-new"), body | {"field_1": ""}).status_code == 422
    client.post(reverse("members:form-new"), body)
    form = MemberForm.objects.get(title="新人信息")
    assert queries.fields_of(form) == [phone, city]
    with pytest.raises(Conflict):
        delivery.send(form=form, by=operator(), at=NOW)
    client.post(reverse("members:form-to", args=[form.pk, "open"]))
    client.post(reverse("members:form-send", args=[form.pk]))
    client.post(reverse("members:form-send", args=[form.pk]))
    sent = Delivery.objects.get(purpose="form")
    assert addresses.group_url(form, member.group) in sent.text
    assert delivery.guard(sent, at=NOW) == ""
    Delivery.objects.update(state=DeliveryState.CANCELLED)
    client.post(reverse("members:form-send", args=[form.pk]))
    assert Delivery.objects.filter(purpose="form").count() == 2
    surveys.renew_links(form=form, by=operator(), at=NOW)
    assert delivery.guard(sent, at=NOW)
    client.post(reverse("members:form-to", args=[form.pk, "closed"]))
    assert delivery.guard(sent, at=NOW)
    assert client.post(reverse("members:form-to", args=[form.pk, "draft"])).status_code == 409


def test_the_api(setting: Any) -> None:
    """Fields are made, forms moved, answers assigned; personal values masked."""
    member, city, phone, form = setting
    row = answering.answer_in_group(form=form, group=member.group, name="谁", account="", said={phone.pk: "13800138000"}, at=NOW)
    client = logged_in(operator())
    made = client.post("/api/v1/profile-fields/", {"name": "公司", "kind": "text"}, content_type="application/json")
    assert made.status_code == 201
    assert client.get("/api/v1/member-forms/").json()["results"][0]["fields_asked"] == [city.pk, phone.pk]
    answer = client.post(f"/api/v1/form-answers/{row.pk}/assign/", {"member": member.pk}, content_type="application/json")
    assert answer.json()["member"] == member.pk
    [value] = client.get("/api/v1/field-values/", {"membership": member.pk}).json()["results"]
    assert value["value"] == masked("13800138000")
    moved = client.post(f"/api/v1/member-forms/{form.pk}/move/", {"state": "closed"}, content_type="application/json")
    assert moved.json()["state"] == "closed"


def test_a_form_is_made_and_changed_over_the_api(setting: Any) -> None:
    """A draft of groups one may edit; a change names the version that was read, and keeps what it does not name."""
    member, city, phone, _form = setting
    client, url = logged_in(operator()), "/api/v1/member-forms/"
    typed = {"title": "报名", "groups": [member.group_id], "asks": [phone.pk, city.pk]}
    assert logged_in(viewer()).post(url, typed, content_type="application/json").status_code == 422
    made = client.post(url, typed, content_type="application/json")
    assert (made.status_code, made.json()["state"], made.json()["fields_asked"]) == (201, "draft", [phone.pk, city.pk])
    one = f"{url}{made.json()['id']}/"
    changed = client.patch(one, {"title": "活动报名", "asks": [city.pk], "version": 1}, content_type="application/json").json()
    assert (changed["title"], changed["fields_asked"], list(changed["links"])) == ("活动报名", [city.pk], [str(member.group_id)])
    assert client.patch(one, {"title": "旧的", "version": 1}, content_type="application/json").status_code == 409
    late = {"opens_at": "2026-12-02T00:00:00Z", "closes_at": "2026-12-01T00:00:00Z", "version": 2}
    assert client.patch(one, late, content_type="application/json").status_code == 422
