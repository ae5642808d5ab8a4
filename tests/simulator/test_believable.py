"""What makes the invented community believable: the numbers of docs/reference/simulator.md, counted in generated histories."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache

import pytest

from groupops.simulator.happening import Happening
from groupops.simulator.history import History
from groupops.simulator.rhythm import DayType, festival
from groupops.simulator.world import World, numbered
from tests.simulator import measures

# Seeds and last days: an autumn with its week of holidays, a spring festival, an early summer.
HISTORIES = ((7, date(2026, 11, 21)), (20, date(2026, 3, 20)), (99, date(2026, 6, 30)))
GROUPS, MEMBERS, DAYS = 4, 300, 90


@dataclass(frozen=True)
class Lived:
    """A community, and everything that happened in it."""

    world: World
    founders: dict[str, dict[str, str]]
    told: list[Happening]

    @property
    def threads(self) -> list[list[Happening]]:
        """The conversations, each in order."""
        found: defaultdict[str, list[Happening]] = defaultdict(list)
        for one in measures.said(self.told):
            found[one.key.rpartition(".")[0]].append(one)
        return list(found.values())

    def begun_with(self, part: str) -> list[list[Happening]]:
        """Those that began so."""
        return [thread for thread in self.threads if thread[0].part == part]


@cache
def lived(seed: int, end: date) -> Lived:
    """A history; the tests share it."""
    world = numbered(seed=seed, groups=GROUPS, members=MEMBERS, days=DAYS, end=end)
    history = History(world)
    told = [one for day in history.before(measures.end_of(world)) for one in day]
    return Lived(world, {stage.room: history.founders(stage.room) for stage in world.stages}, told)


@pytest.fixture(params=HISTORIES, ids=[f"seed {seed} to {end}" for seed, end in HISTORIES])
def history(request: pytest.FixtureRequest) -> Lived:
    """Each of them."""
    return lived(*request.param)


def test_the_tiers_are_near_the_bands_of_the_seed(history: Lived) -> None:
    """Core, active, ordinary and silent members of every group, by the days on which they spoke in the last thirty."""
    for stage in history.world.stages:
        here = measures.members(history.founders[stage.room], history.told, stage.room)
        found = measures.tiers(here, history.told, stage.room, measures.end_of(history.world))
        assert 0.05 <= found["core"] <= 0.10, stage
        assert 0.18 <= found["active"] <= 0.30, stage
        assert 0.52 <= found["ordinary"] <= 0.70, stage
        assert 0.08 <= found["lurker"] <= 0.17, stage


def test_groups_grow_to_their_size_while_people_come_and_go(history: Lived) -> None:
    """From three fifths of it; who goes has been there."""
    for stage in history.world.stages:
        founders = history.founders[stage.room]
        assert len(founders) == pytest.approx(0.62 * MEMBERS, abs=2)
        assert len(measures.members(founders, history.told, stage.room)) == pytest.approx(MEMBERS, abs=4)
        moves = [one.verb for one in history.told if one.room == stage.room and one.verb in {"join", "leave"}]
        assert moves.count("leave") >= 0.1 * MEMBERS
        assert moves.count("join") >= 0.45 * MEMBERS


def test_nobody_speaks_who_is_not_there(history: Lived) -> None:
    """Neither before coming nor after going, and under no name but the last."""
    here = {room: dict(names) for room, names in history.founders.items()}
    for one in history.told:
        if one.verb in {"join", "rename"}:
            here[one.room][one.user] = one.name
        elif one.verb == "leave":
            del here[one.room][one.user]
        else:
            assert here[one.room][one.user] == one.name


def test_a_few_write_most_of_it(history: Lived) -> None:
    """As in gitter_room.jsonl, where a tenth of the speakers wrote 66 % and the Gini coefficient is 0.73."""
    for stage in history.world.stages:
        counts = measures.per_person(history.told, stage.room)
        assert 0.62 <= measures.gini(counts) <= 0.82
        assert 0.48 <= measures.top_tenth(counts) <= 0.75


def test_nights_are_quiet_and_lunch_and_evening_are_not(history: Lived) -> None:
    """On workdays; on days off the morning begins later."""
    worked, off = (measures.hours(history.told, sort) for sort in (DayType.WORKDAY, DayType.WEEKEND))
    assert sum(worked[:7]) < 0.04
    assert worked[12] > 1.25 * worked[15]
    assert sum(worked[20:22]) > 1.5 * sum(worked[14:16])
    assert sum(off[7:9]) < 0.8 * sum(worked[7:9])


def test_days_off_are_quieter_and_holidays_quietest(history: Lived) -> None:
    """Of the real calendar: a weekend day that is worked counts as a workday. On a festival people wish each other well."""
    work, weekend, holiday = (measures.a_day(history.told, history.world, sort) for sort in DayType)
    assert holiday < 0.85 * weekend < 0.75 * work
    wished = {measures.local(one).date() for one in history.told if one.part == "wishes"}
    assert wished
    assert all(festival(day) for day in wished)


def test_talk_comes_in_bursts_and_answers_itself(history: Lived) -> None:
    """Half of all lines follow within two minutes, as in gitter_room.jsonl, and a tenth quote what they answer."""
    for stage in history.world.stages:
        gaps = measures.gaps(history.told, stage.room)
        assert sum(gap < 120 for gap in gaps) / len(gaps) > 0.5
        assert max(gaps) > 4 * 3600
    lines = measures.said(history.told)
    assert 0.06 <= sum(bool(one.reply_to) for one in lines) / len(lines) <= 0.2
    when = {one.key: (one.at, one.room) for one in lines}
    assert all(when[one.reply_to][0] <= one.at and when[one.reply_to][1] == one.room for one in lines if one.reply_to)


def test_hardly_anything_is_said_twice(history: Lived) -> None:
    """Word for word less than one line in a hundred; without punctuation and signs less than one in forty."""
    texts = [one.text for one in measures.said(history.told)]
    assert measures.repeated(texts) < 0.01
    assert measures.repeated([words for words in map(measures.bare, texts) if words]) < 0.025


def test_four_questions_in_five_are_answered(history: Lived) -> None:
    """By somebody else, most of them as a reply, the others right after."""
    asked = history.begun_with("question")
    answers = [[one for one in thread if one.part == "answer"] for thread in asked]
    assert len(asked) > 20 * GROUPS
    assert 0.15 <= sum(not found for found in answers) / len(asked) <= 0.25
    assert all(found[0].user != thread[0].user for thread, found in zip(asked, answers, strict=True) if found)
    assert 0.5 <= sum(bool(found[0].reply_to) for found in answers if found) / sum(map(bool, answers)) <= 0.8


def test_adverts_come_in_waves_from_a_few_accounts(history: Lived) -> None:
    """Several variants within minutes, now and then in more than one group, and their author is gone within two hours."""
    waves = history.begun_with("advert")
    adverts = [[one for one in thread if one.part == "advert"] for thread in waves]
    authors = {one.user for thread in adverts for one in thread}
    assert len(waves) >= 8
    assert all(3 <= len(thread) <= 7 and len({one.user for one in thread}) == 1 for thread in adverts)
    assert all((thread[-1].at - thread[0].at).total_seconds() < 25 * 60 for thread in adverts)
    assert len(authors) < 0.02 * GROUPS * MEMBERS
    assert any(len({thread[0].room for thread in adverts if thread[0].user == author}) > 1 for author in authors)
    removed = {(one.user, one.room): one.at for one in history.told if one.verb == "leave" and one.user in authors}
    assert all(0 < (removed[one.user, one.room] - one.at).total_seconds() < 7200 for thread in adverts for one in thread)


def test_quarrels_rise_between_two_or_three(history: Lived) -> None:
    """And are rare."""
    fights = [[one for one in thread if one.part == "quarrel"] for thread in history.begun_with("quarrel")]
    assert 3 <= len(fights) <= 40
    assert all(2 <= len({one.user for one in fight}) <= 3 and len(fight) >= 6 for fight in fights)


def test_newcomers_introduce_themselves_or_stay_silent(history: Lived) -> None:
    """About half of them."""
    came = [one for one in history.told if one.verb == "join"]
    assert 0.4 <= sum(one.part == "introduction" for one in history.told) / len(came) <= 0.65


def test_people_ask_for_the_price_and_change_their_names(history: Lived) -> None:
    """Buyers in the groups that sell; a few renames."""
    kinds = {stage.room: stage.kind for stage in history.world.stages}
    bought = history.begun_with("purchase")
    assert len(bought) >= 8
    assert all(kinds[thread[0].room] != "tech" for thread in bought)
    assert 10 <= sum(one.verb == "rename" for one in history.told) <= 0.08 * GROUPS * MEMBERS
