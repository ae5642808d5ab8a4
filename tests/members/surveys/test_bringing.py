"""Tables of form tools: heads understood, lines judged, taken over whole, twice is once, taken back."""

import hashlib
import io
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from groupops.shared.errors import Conflict, Forbidden, Invalid, Refused
from members.models import AnswerImport, FieldValue
from members.surveying import Outcome, guess
from members.surveys import bringing, queries
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.surveys import AnswerImportFactory, FieldValueFactory, ProfileFieldFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def sheet(*rows: Iterable[Any]) -> bytes:
    """An XLSX file."""
    return _made(tuple(tuple(row) for row in rows))


@cache
def _made(rows: tuple[tuple[Any, ...], ...]) -> bytes:
    """The same each time, as it carries the second in which it was made."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def room() -> dict[str, Any]:
    """Two members and three fields."""
    one = MembershipFactory(person=PersonFactory(name="小王"))
    two = MembershipFactory(person=PersonFactory(name="小李"), group=one.group)
    fields = {
        "city": ProfileFieldFactory(name="城市"),
        "phone": ProfileFieldFactory(name="手机号", kind="phone", personal=True),
        "likes": ProfileFieldFactory(name="爱好", kind="several", options=["阅读", "跑步", "游戏"]),
    }
    return {"one": one, "two": two, "group": one.group} | fields


def stage(room: dict[str, Any], content: bytes) -> AnswerImport:
    row, _is_new = bringing.stage(
        group=room["group"], content=content, name="a.xlsx", digest=hashlib.sha256(content).hexdigest(), by=operator(), at=NOW
    )
    return row


HEADS = ["序号", "提交答卷时间", "1、您的姓名（必填）", "2、城市", "3. 手机号*", "4、爱好（多选）"]


def wenjuanxing(room: dict[str, Any]) -> AnswerImport:
    """As 问卷星 exports it."""
    return stage(
        room,
        sheet(
            HEADS,
            [1, "2026/11/20 10:00", "小王", "上海", 13800138000, "跑步┋阅读"],
            [2, "2026/11/20 11:00", "小李", "北京", "12", "阅读"],
            [3, "2026/11/20 12:00", "路人", "杭州", "", ""],
            [4, "2026/11/21 10:00", "小王", "苏州", "138 0013 8000", "游戏"],
        ),
    )


def test_heads_of_form_tools_are_understood(room: dict[str, Any]) -> None:
    """问卷星 numbers its questions, 腾讯文档 and 飞书 say who handed in."""
    fields = {"城市": 1, "手机号": 2, "爱好": 3}
    assert guess(HEADS, fields) == {2: "name", 3: "1", 4: "2", 5: "3"}
    assert guess(["提交者（自动）", "提交时间（自动）", "城市（必填）"], fields) == {0: "name", 2: "1"}
    assert guess(["提交人", "微信号", "手机号", "手机号"], fields) == {0: "name", 1: "account", 2: "2"}


def test_lines_are_judged_and_taken_over_whole(room: dict[str, Any]) -> None:
    """The last line of a member counts; what does not fit, or is of nobody, is left out with its reason; twice changes nothing."""
    row = wenjuanxing(room)
    judged = {line.number: line for line in bringing.preview(row)}
    assert [line.outcome for line in judged.values()] == [Outcome.EARLIER, Outcome.BAD, Outcome.UNMATCHED, Outcome.NEW]
    assert list(judged[3].unfit) == [room["phone"].pk]
    assert not FieldValue.objects.exists()
    assert "13800138000" not in row.sealed
    assert bringing.take_over(row=row, by=operator(), at=NOW) == 3
    values = {value.field_id: value for value in FieldValue.objects.filter(membership=room["one"], current=True)}
    assert values[room["city"].pk].value == "苏州"
    assert values[room["likes"].pk].value == "游戏"
    assert queries.plain(values[room["phone"].pk]) == "13800138000"
    assert not FieldValue.objects.filter(membership=room["two"]).exists()
    again = wenjuanxing(room)
    assert again.pk == row.pk
    assert (again.sealed, again.counts["new"], again.counts["bad"]) == ("", 1, 1)
    with pytest.raises(Conflict):
        bringing.take_over(row=again, by=operator(), at=NOW)


def test_taken_back_the_value_of_before_stands(room: dict[str, Any]) -> None:
    before = FieldValueFactory(membership=room["one"], field=room["city"], value="北京", shown="北京")
    row = wenjuanxing(room)
    bringing.take_over(row=row, by=operator(), at=NOW)
    likes = FieldValue.objects.get(membership=room["one"], field=room["likes"])
    FieldValue.objects.filter(pk=likes.pk).update(current=False)
    newer = FieldValueFactory(membership=room["one"], field=room["likes"], value="阅读", shown="阅读")
    assert bringing.undo(row=row, by=operator(), at=NOW) == (2, 1)
    assert list(FieldValue.objects.filter(current=True).order_by("pk")) == [before, newer]
    assert FieldValue.objects.count() == 2
    with pytest.raises(Conflict):
        bringing.undo(row=row, by=operator(), at=NOW)
    assert stage(room, sheet(HEADS, [1, "", "小王", "上海", "", ""])).pk != row.pk


def test_what_stands_so_already_is_said(room: dict[str, Any]) -> None:
    FieldValueFactory(membership=room["one"], field=room["city"], value="上海", shown="上海")
    row = stage(room, "昵称,城市\n小王,上海\n".encode())
    assert [line.outcome for line in bringing.preview(row)] == [Outcome.SAME]
    assert bringing.take_over(row=row, by=operator(), at=NOW) == 0


def test_a_name_that_two_bear_is_nobodys_and_an_account_decides(room: dict[str, Any]) -> None:
    MembershipFactory(person=PersonFactory(name="小王"), group=room["group"])
    account = room["one"].person.remote_id
    row = stage(room, f"昵称,账号,城市\n小王,,上海\n小王,{account},上海\n".encode())
    assert [line.outcome for line in bringing.preview(row)] == [Outcome.UNMATCHED, Outcome.NEW]


@pytest.mark.parametrize("content", [b"", "昵称,城市\n".encode(), b"PK\x03\x04broken"])
def test_an_unreadable_table_is_refused_and_nothing_kept(room: dict[str, Any], content: bytes) -> None:

    with pytest.raises(Refused):
        stage(room, content)
    assert not AnswerImport.objects.exists()


def test_rights_and_columns(room: dict[str, Any]) -> None:
    """Only who edits the group; somebody must be named; nothing twice."""
    row = wenjuanxing(room)
    with pytest.raises(Forbidden):
        bringing.take_over(row=row, by=viewer(), at=NOW)
    for mapping in ({3: str(room["city"].pk)}, {2: "name", 3: str(room["city"].pk), 4: str(room["city"].pk)}):
        with pytest.raises(Invalid):
            bringing.set_columns(row=row, mapping=mapping, by=operator())
    bringing.set_columns(row=row, mapping={2: "name", 3: str(room["city"].pk)}, by=operator())
    assert [line.outcome for line in bringing.preview(row)][1] == Outcome.NEW


@pytest.mark.parametrize("broken", ["twice", "state", "keeps"])
def test_the_database_keeps_it(broken: str) -> None:
    row = AnswerImportFactory()
    values = {"twice": {"group": row.group, "digest": row.digest}, "state": {"state": "lost"}, "keeps": {"state": "applied", "sealed": "x"}}
    with pytest.raises(IntegrityError), transaction.atomic():
        AnswerImportFactory(**values[broken])


def test_the_pages_and_the_api(room: dict[str, Any]) -> None:
    """Upload, columns, the lines by outcome with values masked, take over, take back; the same over the API."""
    client = Client()
    client.force_login(operator())
    url = reverse("members:form-imports")
    assert client.post(url, {"group": room["group"].pk, "file": SimpleUploadedFile("a.csv", b"x")}).status_code == 422
    content = sheet(HEADS, [1, "", "小王", "上海", "13800138000", "跑步"], [2, "", "小李", "北京", "12", ""])
    answer = client.post(url, {"group": room["group"].pk, "file": SimpleUploadedFile("问卷.xlsx", content)})
    row = AnswerImport.objects.get()
    page = client.get(answer["Location"]).content.decode()
    assert "上海" in page
    assert "138001" not in page
    assert "12" in client.get(answer["Location"], {"outcome": "bad"}).content.decode()
    chosen = {"column_2": "name", "column_3": room["city"].pk}
    assert client.post(reverse("members:form-import-act", args=[row.pk, "columns"]), {"column_3": room["city"].pk}).status_code == 422
    client.post(reverse("members:form-import-act", args=[row.pk, "columns"]), chosen)
    client.post(reverse("members:form-import-act", args=[row.pk, "apply"]))
    assert FieldValue.objects.filter(current=True).count() == 2
    client.post(reverse("members:form-import-act", args=[row.pk, "undo"]))
    assert not FieldValue.objects.exists()
    body = {"group": room["group"].pk, "text": "昵称,城市\n小王,上海\n"}
    made = client.post("/api/v1/form-imports/", body, content_type="application/json").json()
    assert made["mapping"] == {"0": "name", "1": str(room["city"].pk)}
    bad = client.post(f"/api/v1/form-imports/{made['id']}/columns/", {"mapping": {"0": "song"}}, content_type="application/json")
    assert bad.status_code == 422
    applied = client.post(f"/api/v1/form-imports/{made['id']}/apply/", content_type="application/json").json()
    assert (applied["state"], applied["counts"]["values"]) == ("applied", 1)
    assert client.post(f"/api/v1/form-imports/{made['id']}/undo/", content_type="application/json").json()["state"] == "undone"
