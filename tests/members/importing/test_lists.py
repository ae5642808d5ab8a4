"""Lists of members: read, compared, taken over all or nothing, taken back."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from openpyxl import Workbook

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.inbound.readers import Unreadable
from groupops.shared.errors import Forbidden
from members.importing import services as importing
from members.importing import tables
from members.models import FormerName, ImportRow, Membership, Person, RosterImport
from members.rostering import ImportState, Reason, Verdict
from tests.factories import accounts
from tests.factories.groups import NOW, GroupFactory
from tests.factories.inbound import happened, hear
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def by() -> User:
    """Who brings members in."""
    return accounts.operator()


def staged(group: Group, text: str, by: User, *, complete: bool = False, digest: str = "") -> RosterImport:
    """A list that was looked at."""
    made, _new = importing.stage(
        group=group, table=tables.read(text.encode()), name="paste", digest=digest or str(hash(text)), by=by, at=NOW
    )
    if complete:
        importing.preview(roster_import=made, mapping=made.mapping, complete=True, by=by)
    return made


def applied(made: RosterImport, by: User) -> RosterImport:
    """The same, taken over."""
    importing.start(roster_import=made, by=by, at=LATER)
    assert importing.take_over(import_id=made.pk, at=LATER)
    made.refresh_from_db()
    assert (made.state, made.error) == (ImportState.APPLIED, "")
    return made


def everything() -> list[list[Any]]:
    """All that an import may change."""
    return [
        list(Person.objects.order_by("pk").values_list()),
        list(Membership.objects.order_by("pk").values_list()),
        list(FormerName.objects.order_by("pk").values_list()),
        list(Group.objects.order_by("pk").values_list("pk", "member_count")),
    ]


LIST = "群昵称\t微信号\t入群时间\t邀请人\t最后发言\n张三\tzs01\t2026-01-02 08:00\t\t2026/11/20 9:01\n李四\tls02\t2026年3月4日\t张三\t\n"


def test_a_list_makes_members_and_unknown_activity_stays_unknown(by: User) -> None:
    group = GroupFactory()
    row = applied(staged(group, LIST, by), by)
    assert row.counts["new"] == 2
    one, two = Membership.objects.filter(group=group).order_by("joined_at")
    assert (one.person.remote_id, one.person.name, one.join_seen, one.person.realm) == ("zs01", "张三", True, "roster")
    assert one.joined_at.isoformat() == "2026-01-02T00:00:00+00:00"  # eight in Shanghai
    assert one.last_spoke_at.isoformat() == "2026-11-20T01:01:00+00:00"
    assert (two.last_spoke_at, two.invited_by) == (None, one.person)
    group.refresh_from_db()
    assert group.member_count == 2


def test_the_same_file_twice_changes_nothing(by: User) -> None:
    group = GroupFactory()
    row = applied(staged(group, LIST, by, digest="d"), by)
    before = everything()
    again, is_new = importing.stage(group=group, table=tables.read(LIST.encode()), name="x", digest="d", by=by, at=LATER)
    assert (again.pk, is_new) == (row.pk, False)
    other = applied(staged(group, LIST, by, digest="another name, same lines", complete=True), by)
    assert other.counts == {"new": 0, "left": 0, "renamed": 0, "same": 2, "conflict": 0}
    assert everything() == before
    assert not importing.take_over(import_id=row.pk, at=LATER)


def test_the_database_keeps_a_file_once(by: User) -> None:
    row = staged(GroupFactory(), LIST, by)
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterImport.objects.create(group=row.group, sort="table", name="x", digest=row.digest, by=by, at=NOW)
    importing.drop(roster_import=row, by=by, at=NOW)
    RosterImport.objects.create(group=row.group, sort="table", name="x", digest=row.digest, by=by, at=NOW)
    for wrong in ({"state": "x"}, {"sort": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RosterImport.objects.filter(pk=row.pk).update(**wrong)
    line = ImportRow.objects.create(roster_import=row, number=1, verdict="new")
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRow.objects.create(roster_import=row, number=1, verdict="new")
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRow.objects.filter(pk=line.pk).update(verdict="x")


def test_who_is_missing_has_left_only_where_the_list_is_complete(by: User) -> None:
    group = BindingFactory().group
    stays = MembershipFactory(group=group, person=PersonFactory(name="王五"))
    gone = MembershipFactory(group=group, person=PersonFactory(name="赵六"))
    partial = staged(group, "王五\n小明\n", by)
    assert (partial.counts["left"], partial.counts["new"], partial.counts["same"]) == (0, 1, 1)
    whole = applied(staged(group, "王五\n小明", by, complete=True, digest="w"), by)
    assert whole.counts["left"] == 1
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.left_at, gone.left_how, stays.left_at) == (LATER, "unknown", None)


def test_whoever_came_after_the_preview_is_not_taken_out(by: User) -> None:
    group = BindingFactory().group
    row = staged(group, "王五", by, complete=True)
    came = MembershipFactory(group=group)
    applied(row, by)
    came.refresh_from_db()
    assert came.left_at is None


def test_a_rename_keeps_the_former_name_and_a_return_keeps_the_history(by: User) -> None:
    group = BindingFactory().group
    named = MembershipFactory(group=group, person=PersonFactory(remote_id="a1", name="旧名"))
    away = MembershipFactory(group=group, person=PersonFactory(remote_id="b2", name="回来的"), left_at=NOW, left_how="left", rejoins=1)
    row = applied(staged(group, "昵称,ID\n新名,a1\n回来的,b2", by), by)
    assert (row.counts["renamed"], row.counts["new"]) == (1, 1)
    named.person.refresh_from_db()
    away.refresh_from_db()
    assert named.person.name == "新名"
    assert FormerName.objects.get().name == "旧名"
    assert (away.left_at, away.rejoins) == (None, 2)


def test_homonyms_wait_for_a_decision_and_are_left_out_without_one(by: User) -> None:
    group = BindingFactory().group
    first, second = (MembershipFactory(group=group, person=PersonFactory(name="小明")) for _n in range(2))
    row = staged(group, "小明\n小红\n小红", by)
    several, twice = row.rows.filter(verdict=Verdict.CONFLICT).order_by("number")
    assert (several.reason, several.candidates) == (Reason.SEVERAL, [first.person_id, second.person_id])
    assert twice.reason == Reason.TWICE
    importing.decide(row=twice, decision="new", by=by, at=NOW)
    with pytest.raises(importing.BadDecision):
        importing.decide(row=several, decision="99999999", by=by, at=NOW)
    applied(row, by)
    assert sorted(Person.objects.filter(name="小红").values_list("remote_id", flat=True)) == ["name:小红", "name:小红#3"]
    assert Membership.objects.filter(group=group).count() == 4
    several.refresh_from_db()
    assert (several.verdict, several.membership) == (Verdict.CONFLICT, None)


def test_an_account_of_somebody_known_by_name_is_a_question(by: User) -> None:
    group = GroupFactory()
    applied(staged(group, "小明", by), by)
    row = staged(group, "昵称,微信号\n小明,xm1", by)
    assert row.rows.get().reason == Reason.BY_NAME
    importing.decide(row=row.rows.get(), decision=str(Person.objects.get().pk), by=by, at=NOW)
    assert applied(row, by).counts["same"] == 1
    assert Person.objects.count() == 1


def test_taking_back_restores_everything_that_nothing_happened_to(by: User) -> None:
    binding = BindingFactory()
    group = binding.group
    MembershipFactory(group=group, person=PersonFactory(remote_id="a1", name="旧名"))
    MembershipFactory(group=group, person=PersonFactory(name="赵六"))
    row = staged(group, "昵称,ID\n新名,a1\n小红,xh\n小明,xm", by, complete=True)
    before = everything()
    applied(row, by)
    hear(binding, happened(binding.remote_id, "xm", user_name="小明", occurred_at=LATER))
    assert importing.undo(roster_import=row, by=by, at=LATER) == (3, 1)
    after = everything()
    spoke = Person.objects.get(remote_id="xm")
    assert [line for line in after[0] if line[0] != spoke.pk] == before[0]
    assert [line for line in after[1] if line[1] != spoke.pk] == before[1]  # by whose stay it is
    assert after[2] == before[2]
    with pytest.raises(importing.NotOpen):
        importing.undo(roster_import=row, by=by, at=LATER)


def test_a_kill_in_the_middle_leaves_nothing_and_the_next_worker_finishes(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    group = GroupFactory()
    row = staged(group, LIST, by)
    before = everything()
    importing.start(roster_import=row, by=by, at=LATER)

    class Killed(BaseException):
        """Nobody catches it."""

    def die(*args: object, **values: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("members.importing.services.taking._note", die)
        with pytest.raises(Killed):
            importing.take_over(import_id=row.pk, at=LATER)
    assert everything() == before
    row.refresh_from_db()
    assert row.state == ImportState.APPLYING
    assert importing.take_over(import_id=row.pk, at=LATER)
    assert Membership.objects.filter(group=group).count() == 2


def test_only_those_who_edit_the_group_bring_members_in() -> None:
    with pytest.raises(Forbidden):
        staged(GroupFactory(), LIST, accounts.viewer())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert tables.read(LIST.encode(encoding)).rows[0][1][0] == "张三"


def sheet(*rows: list[object]) -> bytes:
    """A spreadsheet."""
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_a_spreadsheet_with_numbers_and_dates() -> None:
    table = tables.read(sheet(["昵称", "QQ号", "入群时间"], ["张三", 10001, NOW.replace(tzinfo=None)], [], ["李四", 10002.0, None]))
    assert table.mapping == {"name": 0, "id": 1, "joined": 2}
    assert table.rows == [(2, ["张三", "10001", NOW.replace(tzinfo=None).isoformat()]), (4, ["李四", "10002"])]


def test_a_list_that_is_no_list_says_where_and_why() -> None:
    for content, says in [
        (b"", "no line"),
        ("昵称,ID\n".encode(), "line 1"),
        ('昵称,ID\n"张三,a'.encode(), "line 2"),
        (("昵称\n" + "长" * 501).encode(), "line 2"),
        (b"PK\x03\x04 nonsense", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0", "old or locked"),
        (b"\x89PNG\x00\x00", "not a text"),
        ("\n".join(str(n) for n in range(50_002)).encode(), "50000 lines"),
    ]:
        with translation.override("en"), pytest.raises(Unreadable, match=says):
            tables.read(content)


def test_a_zip_bomb_is_not_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    with translation.override("en"), pytest.raises(Unreadable, match="unreasonable"):
        tables.read(file.getvalue())


def test_what_our_export_made_harmless_is_read_as_it_was() -> None:
    assert tables.read("昵称\n'=1+1\n'小明'".encode()).rows == [(2, ["=1+1"]), (3, ["'小明'"])]
