"""`manage.py replay`: every kind of line once, in whatever pieces the run is cut; what is wrong is refused before anything is stored."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, models
from django.utils.translation import gettext
from pytest_django import Settings

from groupops.groups.models import Group, GroupDay
from groupops.inbound import pipeline, playback, policy, recording
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.inbound.turn import Batch, step
from groupops.messaging.models import Binding, Connection
from groupops.record.models import AuditDetail, AuditEntry
from members.models import DailyActivity, FormerName, Membership, Person
from tests import processes
from tests.factories.groups import GroupFactory
from tests.factories.inbound import kept
from tests.factories.messaging import BindingFactory, ConnectionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TWO_DAYS = Path(__file__).parent / "recordings" / "two_days.jsonl"
FIRST, SECOND = date(2024, 3, 1), date(2024, 3, 2)  # of Shanghai: midnight is at 16:00 UTC
TOUCHED: list[type[models.Model]] = [
    StoredEvent, Person, FormerName, Membership, DailyActivity, GroupDay, Group, Binding, Connection, AuditEntry,
]  # fmt: skip


@pytest.fixture
def room() -> Binding:
    """A group bound to a room."""
    binding: Binding = BindingFactory()
    return binding


def replay(room: Binding, path: Path = TWO_DAYS, **options: Any) -> str:
    """Run the command; what it says."""
    said = StringIO()
    call_command("replay", str(path), connection=room.connection.name, group=room.group.name, stdout=said, **options)
    return said.getvalue()


def refused(room: Binding, path: Path = TWO_DAYS, **options: Any) -> str:
    """Run the command, which refuses; why."""
    with pytest.raises(CommandError) as error:
        replay(room, path, **options)
    return str(error.value)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that a replay could touch."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in TOUCHED}


def effects(room: Binding) -> dict[str, Any]:
    """What the replay came to in this group, without ids and times of arrival."""
    stays = Membership.objects.filter(group=room.group)
    activity = DailyActivity.objects.filter(membership__group=room.group)
    return {
        "stays": set(stays.values_list("person__remote_id", "joined_at", "join_seen", "left_at", "left_how", "rejoins", "last_spoke_at")),
        "activity": set(activity.values_list("membership__person__remote_id", "day", "messages")),
        "days": set(GroupDay.objects.filter(group=room.group).values_list("day", "messages", "speakers", "joins", "leaves")),
        "size": Group.objects.get(pk=room.group_id).member_count,
        "events": sorted(StoredEvent.objects.filter(group=room.group).values_list("occurred_at", "text", "state")),
    }


def stay(room: Binding, user: str) -> Membership:
    """Somebody's membership."""
    return Membership.objects.select_related("person").get(group=room.group, person__remote_id=user)


def at(hour: int, minute: int = 0, *, day: int = 1) -> datetime:
    """A time of the recording."""
    return datetime(2024, 3, day, hour, minute, tzinfo=UTC)


def test_every_kind_of_line_counts_as_what_it_is(room: Binding) -> None:
    said = replay(room)
    assert "13 events, 1 renames; 13 new (7 messages)" in said
    assert effects(room)["days"] == {(FIRST, 4, 2, 1, 1), (SECOND, 3, 2, 2, 2)}
    assert effects(room)["activity"] == {("lin", FIRST, 3), ("chen", FIRST, 1), ("chen", SECOND, 2), ("wang", SECOND, 1)}
    assert effects(room)["size"] == 3
    assert kept(room.connection) == {"done": 13}


def test_times_stay_as_recorded_and_arrival_is_now(room: Binding) -> None:
    replay(room)
    first = StoredEvent.objects.order_by("pk")[0]
    assert first.occurred_at == at(15, 58)
    assert datetime.now(UTC) - first.received_at < timedelta(minutes=5)
    assert first.raw["user"] == "lin"
    assert (stay(room, "lin").person.first_seen_at, stay(room, "lin").last_spoke_at) == (at(15, 58), at(15, 58))


def test_who_leaves_without_having_come_is_kept_as_gone(room: Binding, tmp_path: Path) -> None:
    path = tmp_path / "short.jsonl"
    path.write_text(TWO_DAYS.read_text().split('{"t": "2024-03-01T15:59:59Z"')[0])
    replay(room, path)
    ghost = stay(room, "ghost")
    assert (ghost.left_at, ghost.left_how, ghost.join_seen, ghost.rejoins) == (at(15, 59), "unknown", False, 0)
    assert effects(room)["size"] == 2


def test_comings_and_goings(room: Binding) -> None:
    replay(room)
    lin, ghost = stay(room, "lin"), stay(room, "ghost")
    assert (lin.left_at, lin.rejoins, lin.join_seen, lin.joined_at) == (None, 1, True, at(0, day=2) + timedelta(seconds=30))
    assert (ghost.left_at, ghost.rejoins) == (at(0, 2, day=2), 1)
    assert StoredEvent.objects.get(remote_user="lin", kind="member.left").how == "kicked"


def test_who_takes_another_name_stays_the_same_person(room: Binding) -> None:
    replay(room)
    chen = stay(room, "chen").person
    assert chen.name == "chen_away"
    assert list(FormerName.objects.filter(person=chen).values_list("name", flat=True)) == []  # their id is no name
    assert not Person.objects.filter(remote_id="chen_away").exists()
    assert {person.remote_id for person in Person.objects.all()} == {"lin", "chen", "ghost", "wang"}


def test_there_and_back_again(room: Binding, tmp_path: Path) -> None:
    rows: list[dict[str, str]] = [{"kind": "rename", "user": "a", "new": "b"}, {"kind": "message", "user": "b", "text": "1"}]
    rows += [{"kind": "rename", "user": "b", "new": "c"}, {"kind": "message", "user": "c", "text": "2"}]
    rows += [{"kind": "rename", "user": "c", "new": "a"}, {"kind": "message", "user": "a", "text": "3"}]
    rows += [{"kind": "rename", "user": "a", "new": "一个昵称"}, {"kind": "message", "user": "a", "text": "4"}]
    replay(room, written(tmp_path, *[row | {"t": f"2024-03-01T00:00:0{n}Z"} for n, row in enumerate(rows)]))
    assert list(Person.objects.values_list("remote_id", "name")) == [("a", "一个昵称")]
    assert set(FormerName.objects.values_list("name", flat=True)) == {"b", "c"}
    assert DailyActivity.objects.get().messages == 4


def test_a_second_replay_changes_nothing(room: Binding) -> None:
    replay(room)
    before = everything()
    assert "13 events, 1 renames; 0 new" in replay(room)
    assert everything() == before


def test_under_another_name_and_grown_it_is_still_the_same_recording(room: Binding, tmp_path: Path) -> None:
    lines = TWO_DAYS.read_text().splitlines(keepends=True)
    path = tmp_path / "moved.jsonl"
    for n in (2, 5, len(lines)):
        path.write_text("".join(lines[:n]))
        replay(room, path)
    cut = effects(room)
    other: Binding = BindingFactory(connection=room.connection)
    assert "13 new" in replay(other), "another group's room hears it all anew, by the same door"
    assert effects(other) == cut
    assert AuditEntry.objects.filter(verb="group.replay", group_id=room.group_id).count() == 3


def test_the_audit_trail_says_that_the_machine_was_told_to(room: Binding) -> None:
    replay(room)
    entry = AuditEntry.objects.get(verb="group.replay")
    assert (entry.by_id, entry.source, entry.target_label, entry.group_id) == (None, "manage.py replay", room.group.name, room.group_id)
    assert AuditDetail.objects.get(entry=entry).after == {"recording": "two_days.jsonl", "line": 1}


def written(folder: Path, *rows: Any) -> Path:
    """A recording with these lines: a dict lacks at most its time, bytes are taken as they are."""
    path = folder / "made.jsonl"
    lines = [row if isinstance(row, bytes) else json.dumps({"t": "2024-03-01T00:00:00Z", **row}).encode() for row in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


GOOD = {"kind": "message", "user": "a", "text": "早"}
BAD: list[tuple[Any, str]] = [
    (b"{", "it is not JSON"),
    (b"[" * 100_000, "it is not JSON"),
    (b'"text"', "it is not a JSON object"),
    (b'{"t": "\xff"}', "it is not UTF-8"),
    (b" " * policy.BODY_LIMIT + b"{}", "it is longer than 1,048,576 bytes"),
    (GOOD | {"kind": "teleport"}, "“kind” is none of message, action, join, leave, rename"),
    ({"user": "a", "text": "早"}, "“kind” is missing"),
    (GOOD | {"kind": ["message"]}, "“kind” is not a text"),
    (GOOD | {"user": " "}, "“user” is empty"),
    (GOOD | {"user": 7}, "“user” is not a text"),
    ({"kind": "message", "user": "a"}, "“text” is missing"),
    (GOOD | {"text": None}, "“text” is missing"),
    (GOOD | {"t": None}, "“t” is missing"),
    (GOOD | {"t": "yesterday"}, "“t” is not a time in ISO 8601"),
    (GOOD | {"t": "2024-03-01T00:00:00"}, "“t” does not say its offset from UTC"),
    (GOOD | {"t": "1970-01-01T00:00:00Z"}, "“t” lies before 1990 or in the future"),
    (GOOD | {"t": "0001-01-01T00:00:00+14:00"}, "“t” lies before 1990 or in the future"),
    (GOOD | {"t": "9999-12-31T23:59:59-14:00"}, "“t” lies before 1990 or in the future"),
    (GOOD | {"t": "2024-02-29T23:59:59Z"}, "it is older than the line before; a recording is in order of time"),
    ({"kind": "rename", "user": "a"}, "“new” is missing"),
    ({"kind": "leave", "user": "a", "how": "beamed"}, "“how” is none of left, kicked, unknown"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD, ids=[reason for _bad, reason in BAD])
def test_a_bad_line_is_named_and_nothing_of_the_recording_is_stored(room: Binding, tmp_path: Path, bad: Any, reason: str) -> None:
    path = written(tmp_path, *[GOOD] * 600, bad, GOOD)
    before = everything()
    assert refused(room, path) == f"{path}, line 601: {reason}. Nothing was stored."
    assert everything() == before


def test_a_line_that_goes_bad_after_the_first_look_stops_the_batch_it_is_in(room: Binding, tmp_path: Path) -> None:
    path = written(tmp_path, *[GOOD] * 700, GOOD | {"user": ""})
    with patch("groupops.inbound.management.commands.replay.recording.survey", lambda lines: recording.Survey(701)):
        assert refused(room, path) == f"{path}, line 701: “user” is empty. Nothing from this batch on is stored."
    assert kept(room.connection) == {"done": 500}


def test_hostile_content_is_kept_as_the_door_keeps_it(room: Binding, tmp_path: Path) -> None:
    path = written(
        tmp_path, b'\xef\xbb\xbf{"t": "2024-03-01T00:00:00Z", "kind": "message", "user": "' + b"u" * 400 + b'", "text": "\\ud800 \\u0000"}'
    )
    assert "1 new" in replay(room, path)
    assert "0 new" in replay(room, path)
    event = StoredEvent.objects.get()
    assert (event.state, event.text, event.remote_user[:7]) == (EventState.DONE, "\ufffd \ufffd", "sha256:")


def test_an_empty_recording_is_no_mistake(room: Binding, tmp_path: Path) -> None:
    assert "0 events; 0 new" in replay(room, written(tmp_path))


def test_what_is_not_there_is_refused(room: Binding, tmp_path: Path) -> None:
    assert refused(room, tmp_path) == f"{tmp_path} is not a file."
    assert refused(Binding(connection=Connection(name="无"), group=room.group)) == "There is no connection “无”."
    assert refused(Binding(connection=room.connection, group=Group(name="无"))) == "There is no group “无”."


def test_a_group_without_a_room_is_refused_with_the_page_where_one_is_chosen(room: Binding) -> None:
    lone = GroupFactory()
    why = refused(Binding(connection=room.connection, group=lone))
    assert why.startswith(f"“{lone.name}” has no room yet")
    assert why.endswith(f"/groups/{lone.pk}/room/")
    other = ConnectionFactory()
    assert f"is a room of “{room.connection}”, not of “{other}”" in refused(Binding(connection=other, group=room.group))
    assert not StoredEvent.objects.exists()


def test_names_and_numbers(room: Binding) -> None:
    assert "13 new" in replay(Binding(connection=Connection(name=str(room.connection_id)), group=Group(name=str(room.group_id))))
    GroupFactory(name=str(room.group_id))
    assert "is the name of one group and the number of another" in refused(
        Binding(connection=room.connection, group=Group(name=str(room.group_id)))
    )


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "inf", "fast", ""])
def test_a_speed_that_is_none(room: Binding, speed: str) -> None:
    arguments = ["--connection", room.connection.name, "--group", room.group.name, f"--speed={speed}"]
    with pytest.raises(CommandError, match="neither max nor a number above zero"):
        call_command("replay", str(TWO_DAYS), *arguments)


@pytest.fixture
def slept() -> Iterator[list[float]]:
    """How long was slept, while the clock moves by nothing else."""
    naps: list[float] = []
    with patch.object(playback, "time") as fake:
        fake.monotonic.side_effect = lambda: sum(naps)
        fake.sleep.side_effect = naps.append
        yield naps


def test_a_recording_is_played_n_times_as_fast_as_it_happened(room: Binding, slept: list[float]) -> None:
    seen: list[tuple[int, float]] = []
    whole = inbound.feed

    def feed(**values: Any) -> int:
        seen.append((len(values["events"]), round(sum(slept), 3)))
        return whole(**values)

    with patch.object(inbound, "feed", feed):
        replay(room, speed=60.0)
    assert seen[:4] == [(3, 0.0), (1, 0.333), (1, 1.0), (1, 1.983)]
    assert sum(slept) == pytest.approx((at(0, 2, day=2) - at(15, 58)).total_seconds() / 60)
    assert max(slept) <= playback.TICK, "Ctrl-C need not wait"


def test_a_run_that_goes_on_does_not_wait_for_what_is_known(room: Binding, tmp_path: Path, slept: list[float]) -> None:
    path = tmp_path / "part.jsonl"
    path.write_text("".join(TWO_DAYS.read_text().splitlines(keepends=True)[:12]))
    replay(room, path)
    replay(room, speed=1.0)
    assert sum(slept) == pytest.approx(90), "the last three lines lie 90 seconds apart"
    assert kept(room.connection) == {"done": 13}


@step("Choke")
def choke(batch: Batch) -> None:
    """A step that cannot stand the moon."""
    if any("🌙" in turn.text for turn in batch.turns):
        raise ValueError("bad data")


def test_what_could_not_be_understood_is_said(room: Binding, settings: Settings) -> None:
    settings.INBOUND_PIPELINE = [*settings.INBOUND_PIPELINE, f"{__name__}.choke"]
    assert refused(room) == "1 events could not be understood and are parked: http://localhost:8000/inbound/parked/"
    assert kept(room.connection) == {"done": 12, "parked": 1}


def test_an_inbox_that_a_killed_worker_still_holds_is_taken_over(room: Binding, slept: list[float]) -> None:
    assert inbound.lease(connection_id=room.connection_id, name="inbox_lease", span=timedelta(hours=1))
    with patch.object(policy, "BATCH", 5):
        replay(room)
    assert playback.GRACE < sum(slept) < playback.GRACE + 1, "waited for once, not for every batch"
    assert kept(room.connection) == {"done": 13}
    assert effects(room)["days"] == {(FIRST, 4, 2, 1, 1), (SECOND, 3, 2, 2, 2)}


def test_an_inbox_that_another_worker_works_on_is_left_to_it(room: Binding, slept: list[float]) -> None:
    """It understands something every four seconds."""

    def works(naps: Callable[[float], None]) -> Callable[[float], None]:
        def sleep(seconds: float) -> None:
            naps(seconds)
            if sum(slept) % 4 == 0:
                pending = StoredEvent.objects.filter(state=EventState.PENDING).order_by("pk").values_list("pk", flat=True)
                pipeline.handle(connection=room.connection, event_ids=list(pending[:5]), at=at(0))

        return sleep

    playback.time.sleep.side_effect = works(slept.append)  # type: ignore[attr-defined]
    assert inbound.lease(connection_id=room.connection_id, name="inbox_lease", span=timedelta(hours=1))
    replay(room)
    assert sum(slept) == 12, "three batches of its own"
    assert kept(room.connection) == {"done": 13}


def test_a_worker_that_has_understood_everything_leaves_nothing_to_do(room: Binding) -> None:
    drain = pipeline.drain

    def worker_first(**values: Any) -> int:
        drain(**values)
        return drain(**values)

    with patch.object(pipeline, "drain", worker_first):
        replay(room)
    assert effects(room)["days"] == {(FIRST, 4, 2, 1, 1), (SECOND, 3, 2, 2, 2)}


def moves_away(room: Binding, after: int) -> Callable[..., int]:
    """Feeding, until the group's room is taken away after so many batches."""
    calls: list[int] = []
    whole = inbound.feed

    def feed(**values: Any) -> int:
        calls.append(1)
        if len(calls) > after:
            Binding.objects.filter(pk=room.pk).update(remote_id="elsewhere")
        return whole(**values)

    return feed


def test_a_room_that_is_taken_away_ends_the_replay(room: Binding) -> None:
    with patch.object(policy, "BATCH", 5), patch.object(inbound, "feed", moves_away(room, after=1)):
        said = refused(room)
    assert said == gettext("This room is no longer the group's.") + " The same command goes on where this one stopped."
    Binding.objects.filter(pk=room.pk).update(remote_id=room.remote_id)
    assert not StoredEvent.objects.filter(state=EventState.DROPPED).exists(), "nothing was fed to nobody"
    replay(room)
    assert kept(room.connection) == {"done": 13}


@pytest.mark.parametrize(("error", "why"), [(OperationalError("gone"), "The database does not answer"), (KeyboardInterrupt(), "Stopped.")])
def test_what_ends_a_run_says_that_it_can_go_on(room: Binding, error: BaseException, why: str) -> None:
    with patch.object(pipeline, "drain", side_effect=error):
        said = refused(room)
    assert said.startswith(why)
    assert said.endswith("The same command goes on where this one stopped.")
    assert "0 new" in replay(room), "all of it was kept before"
    assert kept(room.connection) == {"done": 13}


class Terminal(StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_terminal_shows_a_bar_and_the_rate(room: Binding, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    replay(room)
    last = screen.getvalue().strip().splitlines()[-1].split("\r")[-1]
    assert last.startswith("100 %|")
    assert "line 15 of 15" in last
    assert last.endswith("messages/s")


def test_a_log_file_gets_no_bar(room: Binding, capsys: pytest.CaptureFixture[str]) -> None:
    replay(room)
    assert capsys.readouterr().err == ""


KILLED = """
import os, signal
from django.conf import settings
from django.core.management import call_command
from groupops.inbound import pipeline, playback, policy
from groupops.inbound.services import feeding
policy.BATCH = 4
calls = []
def dies(whole, nth, first):
    def work(*args, **values):
        calls.append(1)
        if len(calls) == nth and first:
            os.kill(os.getpid(), signal.SIGKILL)
        result = whole(*args, **values)
        if len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return work
{patch}
call_command("replay", {path!r}, connection={connection!r}, group={group!r})
"""
PLACES = {
    "while it is kept": "feeding.store = dies(feeding.store, 2, False)",
    "kept, and not understood": "pipeline.drain = dies(pipeline.drain, 2, True)",
    "while it is understood": "last = dies(print, 2, True)\nsettings.INBOUND_PIPELINE.append('__main__.last')",
    "understood": "pipeline.drain = dies(pipeline.drain, 2, False)",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", PLACES)
def test_killed_anywhere_it_goes_on_to_the_same_end(place: str) -> None:
    whole, cut = BindingFactory(), BindingFactory()
    replay(whole)
    code = KILLED.format(patch=PLACES[place], path=str(TWO_DAYS), connection=cut.connection.name, group=cut.group.name)
    killed = processes.run(code)
    assert killed.returncode == -9, killed.stderr
    assert 0 < StoredEvent.objects.filter(connection=cut.connection).count() < 13
    Connection.objects.update(inbox_lease=None)  # as a minute later
    replay(cut)
    assert effects(cut) == effects(whole)
