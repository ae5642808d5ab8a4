"""The same community gives the same history, byte for byte; another seed another one; nothing is told out of order or twice."""

import io
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from groupops.simulator import days, grammar, history
from groupops.simulator.dice import dice
from groupops.simulator.history import History
from groupops.simulator.rhythm import at
from groupops.simulator.words import adverts, common, quarrels, scenes
from groupops.simulator.world import World, demo, numbered, recalled

END = date(2026, 11, 21)
UNTIL = at(END + timedelta(days=1), 0)


def small(seed: int = 7, *, days: int = 6) -> World:
    """A community that is quick to write."""
    return numbered(seed=seed, groups=2, members=40, days=days, end=END)


def written(world: World, until: datetime = UNTIL) -> str:
    """Its export."""
    file = io.StringIO()
    history.export(world, file, until=until)
    return file.getvalue()


def test_twice_is_the_same_byte_for_byte() -> None:
    """Also for a community that was described to the platform and recalled from there."""
    assert written(small()) == written(small()) == written(recalled(small().about()))
    assert len(written(small()).splitlines()) > 100


def test_another_process_writes_the_same(tmp_path: Path) -> None:
    """Whatever the hash seed of the process is."""
    options = ["--groups", "2", "--members", "40", "--days", "6", "--seed", "7", "--end", END.isoformat()]
    for name in ("1", "2"):
        command = [sys.executable, "manage.py", "simulate", *options, "--export", str(tmp_path / name)]
        environment = os.environ | {"PYTHONHASHSEED": name, "GROUPOPS_STATE": str(tmp_path)}
        subprocess.run(command, check=True, env=environment, capture_output=True)
    assert (tmp_path / "1").read_text(encoding="utf-8") == (tmp_path / "2").read_text(encoding="utf-8") == written(small())


def test_another_seed_or_size_is_another_history() -> None:
    """No line of the one stands in the other."""
    one, other = (set(written(small(seed)).splitlines()) for seed in (7, 8))
    assert not one & other


def test_a_longer_history_begins_like_the_shorter() -> None:
    """What was played goes on where it stopped."""
    assert written(small(), UNTIL + timedelta(days=2)).startswith(written(small()))


def test_keys_are_unique_and_the_order_is_of_time() -> None:
    """Over midnight too."""
    told = [one for day in History(small()).before(UNTIL) for one in day]
    assert len({one.key for one in told}) == len(told)
    assert [one.at for one in told] == sorted(one.at for one in told)
    assert all(one.at < UNTIL for one in told)
    assert all(one.key.startswith(small().prefix) for one in told)


def test_given_out_in_parts_it_is_the_same() -> None:
    """Nothing is lost between two calls, nothing told twice."""
    whole = [one for day in History(small()).before(UNTIL) for one in day]
    apart, parts = History(small()), []
    for hours in range(0, 24 * 6, 5):
        parts += [one for day in apart.before(at(small().opened, 0) + timedelta(hours=hours)) for one in day]
    parts += [one for day in apart.before(UNTIL) for one in day]
    assert parts == whole


@pytest.mark.parametrize("kind", days.TALK)
def test_every_pattern_can_be_filled(kind: str) -> None:
    """No slot without words."""
    said = {"对方": "阿亮", "此刻": "九点", "节": "元旦", "甲": "阿亮", "乙": "老王"}
    patterns = [pattern for found in scenes.ANSWERS.values() for pattern in found]
    patterns += [*scenes.INTRO, *scenes.WELCOME, *scenes.PRICE, *scenes.PRICE_ANSWER, *scenes.PRICE_THANKS, *scenes.FESTIVAL]
    patterns += [*adverts.TEXTS, *adverts.REACTIONS, *quarrels.CAUSES[kind], *quarrels.BYSTANDERS, *quarrels.PEACE, *common.CLAUSES]
    patterns += [pattern for step in quarrels.STEPS for pattern in step]
    for matter in days.TALK[kind]:
        own = {**days.BANKS[kind], **matter.banks}
        lines = [pattern for part in (*matter.lines.values(), *matter.banks.values(), *common.PARTS.values()) for pattern in part]
        for number, pattern in enumerate([*lines, *patterns]):
            assert "{" not in grammar.expand(pattern, dice(kind, number), dict(said), own)


def test_a_pattern_without_words_for_a_slot_is_an_error() -> None:
    """Not a hole in a sentence."""
    with pytest.raises(grammar.UnknownSlot):
        grammar.expand("今天{没有}", dice(1), {}, {})
    assert grammar.expand("{=a}{=a}{~a}", dice(1), {}, {"a": ["1"]}) == "111"


def test_the_demo_has_the_four_groups_inside_their_ranges() -> None:
    """Of different sizes."""
    sizes = {stage.kind: stage.size for stage in demo(end=END).stages}
    assert sizes == {"product": 150, "tech": 220, "vip": 45, "startup": 90}
