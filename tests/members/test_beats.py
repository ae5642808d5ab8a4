"""Every task of the members that beat rings for: killed in the middle again and again it ends as if nothing had been, and twice is once."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils.module_loading import import_string

from groupops.groups.models import GroupDay
from groupops.groups.policy import Lifecycle
from groupops.inbound.models import StoredEvent
from groupops.messaging.models import Binding, Connection, Delivery
from groupops.record.models import Alarm
from groupops.shared import clock, secretbox
from groupops.shared.personal import HIDDEN
from members.importing import services as importing
from members.importing import tables
from members.inviting import CampaignState
from members.joining.services import keep_picture
from members.leaving import GRACE
from members.models import DailyActivity, Erasure, Membership, Person, PersonExport
from members.newcomers.lists import LISTS
from members.sweeping import CaseState
from tests import processes
from tests.factories import accounts
from tests.factories.groups import NOW, GroupFactory
from tests.factories.inbound import hear, joined
from tests.factories.inviting import CampaignFactory, InvitationFactory
from tests.factories.joining import JoinCodeFactory, WaitingFactory, door, png
from tests.factories.members import (
    CareTaskFactory,
    MembershipFactory,
    NewcomerFactory,
    NoteFactory,
    QuestionFactory,
    SegmentFactory,
    TagFactory,
)
from tests.factories.messaging import BindingFactory, ConnectionFactory
from tests.factories.sweep import SweepCaseFactory, SweepRunFactory, heard, ruled, silent
from tests.messaging.fake import Fake, fake
from tests.shared_data import shared

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIGKILL = -9


@pytest.fixture(autouse=True)
def present(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The doors' clock stands; the fake platform lies in a private network."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.ALLOW_PRIVATE_TARGETS = True


@pytest.fixture(scope="module")
def killer(django_db_setup: None) -> Iterator[processes.Killer]:
    """One for all tests here."""
    running = processes.Killer()
    yield running
    running.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    """A platform of its own process, with a room that has members."""
    with fake(tmp_path_factory.mktemp("platform")) as running:
        yield running


# --- what is due, by task ---------------------------------------------------------------------------------------------------
def _look_around(platform: Fake) -> datetime:
    """Two rooms that nobody has looked at."""
    reached = ConnectionFactory(sealed=secretbox.seal(platform.config()))
    for room in ("one", "two"):
        platform.open_room(room)
        BindingFactory(connection=reached, remote_id=room, remote_name="群")
    return NOW


def _welcome(_platform: Fake) -> datetime:
    """Newcomers in two groups, whose window is over."""
    for room in (BindingFactory(), BindingFactory()):
        hear(room, joined(room.remote_id, "alice"), joined(room.remote_id, "bob"), at=NOW)
    return NOW + 5 * timedelta(minutes=1)


def _tag_by_rules(_platform: Fake) -> datetime:
    """Two tags by rule, with people to give them to and to take them from."""
    gone, fresh = MembershipFactory(last_spoke_at=NOW - 40 * DAY), MembershipFactory(last_spoke_at=NOW)
    for tag in TagFactory.create_batch(2, rule=SegmentFactory(owner=accounts.operator())):
        fresh.tagged.create(tag=tag, at=NOW)
    assert gone.pk
    return NOW


def _follow_up(_platform: Fake) -> datetime:
    """Newcomers without lists, a first message that waits too long, a list whose time is over."""
    for _n in range(2):
        NewcomerFactory(membership=MembershipFactory(joined_at=NOW - HOUR))
    talked = MembershipFactory(joined_at=NOW - DAY)
    NewcomerFactory(membership=talked, first_spoke_at=NOW - DAY, answer_due_at=NOW - HOUR, lists=1, personal=True)
    CareTaskFactory(membership=talked, sort=LISTS[0].sorts[0], due_at=NOW - 60 * DAY)
    return NOW


def _tend_entrances(_platform: Fake) -> datetime:
    """People who wait for room, contact data that is over, a picture that expires, a campaign past its end."""
    group = GroupFactory()
    door(group, most=2, picture=keep_picture(content=png(), at=NOW), picture_until=NOW + HOUR)
    code = JoinCodeFactory(groups=[group])
    WaitingFactory.create_batch(3, code=code)
    WaitingFactory(code=code, created_at=NOW - 60 * DAY, contact="sealed", state="dropped", settled_at=NOW - 50 * DAY)
    InvitationFactory(campaign=CampaignFactory(groups=[group], state=CampaignState.RUNNING, ends_at=NOW - HOUR))
    return NOW


def _sweep(_platform: Fake) -> datetime:
    """A group whose week is due and that asks, one whose grace is over."""
    group = ruled(heard(BindingFactory().group), mode="remove")
    for n in range(3):
        silent(group, last_spoke_at=NOW - (100 + n) * DAY)
    asked = ruled(heard(BindingFactory().group), mode="remove")
    SweepCaseFactory(run=SweepRunFactory(group=asked), state=CaseState.ASKED)
    return NOW


def _judge_tiers(_platform: Fake) -> datetime:
    """Two groups with busy and silent members."""
    for group in (heard(BindingFactory().group), heard(BindingFactory().group)):
        busy = MembershipFactory(group=group, joined_at=NOW - 90 * DAY)
        MembershipFactory(group=group, joined_at=NOW - 90 * DAY)
        DailyActivity.objects.create(membership=busy, day=NOW.date() - 2 * DAY, messages=3)
    return NOW


def _lapse_questions(_platform: Fake) -> datetime:
    """Two questions that nobody answered for weeks."""
    QuestionFactory(asked_at=NOW - 30 * DAY)
    QuestionFactory(asked_at=NOW - 30 * DAY)
    return NOW


def _carry_imports(_platform: Fake) -> datetime:
    """A list and a chat export that a person started."""
    by, at = accounts.operator(), NOW.replace(year=2028)
    text = "群昵称\t微信号\n张三\tzs01\n李四\tls02\n"
    listed, _new = importing.stage(group=GroupFactory(), table=tables.read(text.encode()), name="paste", digest="1", by=by, at=NOW)
    content = shared("data/chat-exports/chatlab_v0.0.2.json").read_bytes()
    told, _new = importing.stage_chat(group=BindingFactory().group, content=content, name="a.json", digest="2", day="", by=by, at=NOW)
    for made in (listed, told):
        importing.start(roster_import=made, by=by, at=NOW)
    return at


def _propose_praises(_platform: Fake) -> datetime:
    """Two groups in which somebody answered others three times this week."""
    for _n in range(2):
        helper = MembershipFactory(group__lifecycle=Lifecycle.ACTIVE)
        for asker in MembershipFactory.create_batch(3, group=helper.group):
            QuestionFactory(
                membership=asker, asked_at=NOW, last_asked_at=NOW, state="answered", how="reply", answered_at=NOW, answered_by=helper
            )
    return NOW


def _make_exports(_platform: Fake) -> datetime:
    """Two people whose data somebody asked for, a file whose day is over."""
    by = accounts.founder()
    for row in (_talker("alice"), _talker("bob")):
        PersonExport.objects.create(person=row.person, by=by, at=NOW, reason="本人要求")
    over = {"state": "ready", "content": b"PK", "made_at": NOW - 2 * DAY, "until": NOW - DAY}
    PersonExport.objects.create(person=MembershipFactory().person, by=by, at=NOW - 2 * DAY, reason="本人要求", **over)
    return NOW


def _erase_persons(_platform: Fake) -> datetime:
    """Two people whose days to take it back are over, one who has a day left."""
    by = accounts.founder()
    for row in (_talker("alice"), _talker("bob")):
        NoteFactory(membership=row, text=f"{row.person.name} 喜欢跑步")
        Erasure.objects.create(person=row.person, by=by, at=NOW, due_at=NOW + GRACE, reason="本人要求")
    Erasure.objects.create(person=_talker("carol").person, by=by, at=NOW, due_at=NOW + GRACE + DAY, reason="本人要求")
    return NOW + GRACE


def _talker(name: str) -> Membership:
    """Somebody who came and spoke."""
    room = BindingFactory()
    hear(room, joined(room.remote_id, name), at=NOW)
    return Membership.objects.get(person__remote_id=name)


DUE: dict[str, Callable[[Fake], datetime]] = {
    "look_around": _look_around,
    "welcome": _welcome,
    "tag_by_rules": _tag_by_rules,
    "follow_up": _follow_up,
    "tend_entrances": _tend_entrances,
    "sweep": _sweep,
    "judge_tiers": _judge_tiers,
    "lapse_questions": _lapse_questions,
    "carry_imports": _carry_imports,
    "propose_praises": _propose_praises,
    "make_exports": _make_exports,
    "erase_persons": _erase_persons,
}


# --- what is kept -----------------------------------------------------------------------------------------------------------
# Made of chance, or naming a row by a number that another try would not give it again.
BY_CHANCE = {"id", "person_id", "key", "text_key", "event_key", "subject_id", "trace", "undo", "joined"}
ALIAS = re.compile(HIDDEN + r"\w{20}")  # of an erased person


def everything() -> dict[str, list[str]]:
    """All rows that these tasks may touch, told by what people would call them."""
    stays = Membership.objects.values_list("pk", "group", "person__remote_id")
    names = {
        Person: dict(Person.objects.values_list("pk", "remote_id")),
        Membership: {pk: (group, ALIAS.sub("…", who)) for pk, group, who in stays},
    }
    kinds: list[type[models.Model]] = [*apps.get_app_config("members").get_models(), Delivery, Alarm, GroupDay, StoredEvent]
    return {kind.__name__: sorted(_row(row, names) for row in kind._default_manager.all()) for kind in kinds}


def _row(row: models.Model, names: dict[Any, dict[int, Any]]) -> str:
    found = []
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, models.ForeignKey):
            value = names.get(field.related_model, {}).get(value, value is not None)
            value = ALIAS.sub("…", value) if isinstance(value, str) else value
        elif isinstance(value, memoryview | bytes):
            value = _opened(bytes(value))
        elif isinstance(value, str):
            value = ALIAS.sub("…", re.sub(r"https?://\S+", "…", value))
        if field.name not in BY_CHANCE:
            found.append(f"{field.name}={value!r}")
    return " ".join(found)


def _opened(packed: bytes) -> dict[str, str] | bytes:
    """The texts of a packed file without their numbers: another try would not give a row the same."""
    if not zipfile.is_zipfile(io.BytesIO(packed)):
        return packed
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        return {name: re.sub(r"\d+", "0", files.read(name).decode()) for name in files.namelist()}


def differences(found: dict[str, list[str]], expected: dict[str, list[str]]) -> list[str]:
    """The rows that only one of them has."""
    return [f"{kind}: {row}" for kind, rows in expected.items() for row in sorted(set(rows) ^ set(found[kind]))] + [
        f"{kind}: {len(found[kind])}, not {len(rows)}" for kind, rows in expected.items() if len(found[kind]) != len(rows)
    ]


def a_lease_later() -> None:
    """What dead workers held is free again."""
    Binding.objects.update(counting_until=None)
    Connection.objects.update(inbox_lease=None)


def rehearsed(work: Callable[[], None]) -> tuple[dict[str, list[str]], int]:
    """What comes of it undisturbed, and in how many writes; then it is taken back."""
    written = 0

    def counts(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        nonlocal written
        written += sql.lstrip().startswith(processes.WRITES)
        return execute(sql, *arguments)

    with transaction.atomic():
        with connection.execute_wrapper(counts):
            work()
        found = everything()
        transaction.set_rollback(True)
    return found, written


def test_all_of_them_are_here() -> None:
    """A new task needs a row in DUE."""
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"].startswith("members.")}
    assert {f"members.tasks.{name}" for name in DUE} == rung


@pytest.mark.parametrize("name", DUE)
def test_killed_and_rung_again(name: str, killer: processes.Killer, platform: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    at = DUE[name](platform)
    monkeypatch.setattr(clock, "now", lambda: at)
    task = f"members.tasks.{name}"
    work = import_string(task)
    before = everything()
    expected, writes = rehearsed(work)
    assert before != expected
    assert before == everything()
    ends = []
    for nth in (max(writes // 2, 1), writes, 1, 2):
        ends.append(killer(task, at=at.isoformat(), nth=nth))
        a_lease_later()
    assert ends[0] == SIGKILL
    assert set(ends) <= {0, SIGKILL}
    for time in ("after the kills", "once more"):
        work()
        assert differences(everything(), expected) == [], time
