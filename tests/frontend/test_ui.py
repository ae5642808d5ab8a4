"""The template tags: times as people say them, drawings, states."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils import translation

from groupops.record import idempotency
from groupops.shared.templatetags import ui

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=9, minutes=59), "9 hours ago"),
        (timedelta(hours=11), "yesterday 23:00"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=8), "11-14 10:00"),
        (timedelta(days=400), "2025-10-18"),
        (-timedelta(seconds=30), "in a moment"),
        (-timedelta(minutes=5), "in 5 minutes"),
        (-timedelta(hours=3), "in 3 hours"),
        (-timedelta(hours=24), "tomorrow 10:00"),
        (-timedelta(days=3), "in 3 days"),
    ],
)
def test_relative_time(ago: timedelta, text: str) -> None:
    """Seconds are nobody's business, yesterday has a clock time, old things a date."""
    with translation.override("en"):
        assert ui.relative(NOW - ago, NOW) == text


def test_just_after_midnight_stays_relative() -> None:
    """Twenty past midnight, forty minutes ago: not `yesterday`."""
    midnight = datetime(2026, 11, 22, 0, 20, tzinfo=SHANGHAI)
    with translation.override("en"):
        assert ui.relative(midnight - timedelta(minutes=40), midnight) == "40 minutes ago"
        assert ui.relative(midnight - timedelta(hours=3), midnight) == "3 hours ago"


@time_machine.travel(NOW, tick=False)
def test_reltime_names_its_zone() -> None:
    """The title is exact and says whose clock it is; the machine-readable time is UTC."""
    with translation.override("en"):
        html = ui.reltime(NOW - timedelta(minutes=3), "Europe/Berlin")
    assert 'title="2026-11-22 02:57:00 Europe/Berlin (UTC+01:00)"' in html
    assert 'datetime="2026-11-22T01:57:00+00:00"' in html
    assert ">3 minutes ago<" in html
    assert ui.reltime(None) == "—"


def test_sparkline() -> None:
    """One point is no line; a flat line does not divide by zero; the drawing has words."""
    assert ui.sparkline([]) == ""
    assert ui.sparkline([3]) == ""
    assert 'aria-label="members"' in ui.sparkline([4, 4, 4], "members")
    with translation.override("en"):
        assert 'aria-label="from 1 to 9"' in ui.sparkline([1, 9])


def test_heat_strip() -> None:
    """Nothing is told apart from little; names are escaped."""
    html = ui.heat_strip([("<b>", 0), ("Tue", 1), ("Wed", 100)], "week")
    assert "&lt;b&gt;: 0" in html
    assert html.count('class="none"') == 1
    assert 'opacity="0.32"' in html
    assert 'opacity="1.00"' in html
    assert "<rect" not in ui.heat_strip([])


@pytest.mark.parametrize(
    ("state", "colour"), [("sent", "green"), ("FAILED", "red"), ("unknown", "purple"), ("waiting_person", "orange"), ("anything", "gray")]
)
def test_state_colour(state: str, colour: str) -> None:
    """One word has one colour everywhere; an unknown word is gray."""
    assert ui.state_colour(state) == colour


def test_no_state_has_two_colours() -> None:
    """The table would silently keep the last one."""
    words = [state for states in ui.STATE_COLOURS.values() for state in states.split()]
    assert sorted(words) == sorted(set(words))


def test_avatars() -> None:
    """The letter is the name's first; the colour stays."""
    assert [ui.initial(name) for name in ("林若曦", "zhang", " ", "")] == ["林", "Z", "?", "?"]
    assert ui.hue("林若曦") == ui.hue("林若曦")
    assert ui.hue("林若曦") in ui.AVATAR_COLOURS


def test_a_message_carries_its_undo() -> None:
    """The URL of an undo travels in the message's extra tags."""
    undoable = Message(constants.SUCCESS, "done", extra_tags="undo:/cases/1/undo/")
    assert ui.undo_url(undoable) == "/cases/1/undo/"
    assert ui.undo_url(Message(constants.ERROR, "no")) == ""
    assert ui.toast_kind(Message(constants.ERROR, "no")) == "danger"
    assert ui.toast_kind(undoable) == "success"


def test_once_is_what_the_idempotency_layer_reads() -> None:
    """The tag may not import that layer, so this test holds the two together."""
    assert ui.ONCE_FIELD == idempotency.FIELD
    assert ui.once() != ui.once()


def test_an_uncollected_file_still_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a manifest the 500 page would itself be a 500."""

    def missing(path: str) -> str:
        raise ValueError(path)

    monkeypatch.setattr(staticfiles_storage, "url", missing)
    assert ui.asset("build/site.css") == "/static/build/site.css"
    assert 'role="img" aria-label="done"' in ui.icon("check", label="done")
