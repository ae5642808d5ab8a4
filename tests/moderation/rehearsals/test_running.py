"""A rehearsal over a history equals what the live pipeline did with it, case by case; and what it may not change, it does not.

`just prove-rehearsal` compares ninety simulated days (tests/rehearsal.py); here a few days hold one of each.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from groupops.accounts.models import User
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import Event, EventKind
from groupops.messaging.models import Binding, Delivery
from groupops.shared.errors import Forbidden
from members.models import Colleague, DailyActivity, Person
from moderation.models import Case, Rehearsal, RehearsalResult, RehearsedCase, Rule, Strike
from moderation.models.rehearsals import RunState, Which
from moderation.policy import CaseState, LadderRule, Offence, RuleState
from moderation.rehearsals import services as rehearsing
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW, StaffPostFactory
from tests.factories.inbound import happened, hear, joined
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import RuleFactory
from tests.moderation.rehearsals import shapes
from tests.moderation.rehearsals.shapes import Shape

pytestmark = pytest.mark.django_db
PEOPLE = [f"u{n}" for n in range(9)]
SAID = [
    "大家早", "怎么部署到服务器", "日赚三千，加微信 abc12345", "日赚八百，快来", "看这个 https://spam.example/x", "晚上一起打游戏吗",
    "[图片][图片][图片]", "谁用过这个库", "招人，月薪两万，地点上海", "哈哈哈哈", "@所有人 福利来了", "滚，废物",
]  # fmt: skip
DAYS = 2


def _rules(state: RuleState) -> None:
    """One of each way in which a look may depend on what was before."""
    made: list[dict[str, Any]] = [
        {"settings": {"words": ["日赚"]}},
        {"sort": "repeat", "settings": {"times": 3, "minutes": 60}, "certain": True, "offence": Offence.NOISE},
        {"sort": "flood", "settings": {"messages": 3, "seconds": 60}, "certain": False, "offence": Offence.ADVERT},
        {"sort": "probation", "settings": {"posts": 4, "hours": 30}, "certain": True, "offence": Offence.PROMOTION},
        {"sort": "words", "settings": {"words": ["废物"]}, "certain": True, "offence": Offence.ATTACK, "severity": "severe"},
        {"sort": "job_label", "settings": {}, "certain": True, "offence": Offence.JOB, "removes_alone": True},
        {"sort": "mentions", "settings": {}, "certain": False, "offence": Offence.NOISE, "from_hour": 8, "until_hour": 20},
    ]
    for values in made:
        RuleFactory(state=state, **values)


def _history(room: str, seed: int = 7) -> list[tuple[datetime, list[Event]]]:
    """Some days of talk as it arrived: bursts of several messages, recalls, reports, newcomers."""
    chance, begin = random.Random(seed), NOW - timedelta(days=DAYS)
    batches: list[tuple[datetime, list[Event]]] = [(begin, [joined(room, who, occurred_at=begin) for who in PEOPLE[:6]])]
    at, n = begin, 0
    while at < NOW - timedelta(minutes=5):
        at += timedelta(minutes=chance.choice([1, 2, 5, 60, 120]))
        events = []
        for _burst in range(chance.choice([1, 1, 1, 2, 5])):
            n += 1
            when = at - timedelta(seconds=30 - n % 30)
            events.append(happened(room, chance.choice(PEOPLE), chance.choice(SAID), occurred_at=when, message=f"{room}-m{n}"))
        if chance.random() < 0.15:
            one = events[0]
            gone = {"kind": EventKind.MESSAGE_DELETED, "message": one.message, "occurred_at": at}
            events.append(happened(room, one.user, "", **gone))
        if chance.random() < 0.08:
            raw = {"reply_to": f"{room}-m{n - 1}"}
            events.append(happened(room, chance.choice(PEOPLE), "举报", occurred_at=at, message=f"{room}-r{n}", raw=raw))
        batches.append((at, events))
    return batches


def _play(room: Binding) -> None:
    for at, events in _history(room.remote_id):
        hear(room, *events, at=at)


def _rehearsed(room: Binding, by: User, **values: Any) -> Rehearsal:
    given = {"group": room.group, "kind": None, "days": DAYS + 1, "which": Which.ALL} | values
    row = rehearsing.ask(**given, by=by, at=NOW)
    assert rehearsing.run(pk=row.pk, now=lambda: NOW)
    row.refresh_from_db()
    assert row.state == RunState.DONE
    return row


def _anywhere(cases: Iterable[Shape], room: Binding) -> set[Shape]:
    """The cases without the name of the room."""
    return {one._replace(room="", said=tuple(said.removeprefix(room.remote_id) for said in one.said)) for one in cases}


@pytest.mark.both_databases
def test_it_equals_what_the_live_pipeline_does_case_by_case() -> None:
    by, quiet, live = operator(), BindingFactory(), BindingFactory()
    for room in (quiet, live):
        hear(room, joined(room.remote_id, "u8", occurred_at=NOW - timedelta(days=DAYS)), at=NOW - timedelta(days=DAYS))
    Colleague.objects.create(person=Person.objects.get(remote_id="u8"), user=by, by=by, at=NOW)
    _rules(RuleState.DRAFT)
    _play(quiet)
    assert not Case.objects.exclude(source="report").exists()
    before = _rehearsed(quiet, by)
    Rule.objects.update(state=RuleState.LIVE)
    _play(live)
    really = shapes.really([live.group])
    assert {one.state for one in really.values()} == {CaseState.OPEN, CaseState.PUNISHED, CaseState.WITHDRAWN}
    assert {one.held for one in really.values()} >= {"", "queue", "offence", "post", "removal", "report"}
    assert max(one.step or 0 for one in really.values()) == 2, "somebody climbed a ladder to its last step"
    assert len(really) > 20
    # Before they were live: the same cases, hits and steps that the live pipeline then made of the same talk.
    assert _anywhere(shapes.rehearsed(before).values(), quiet) == _anywhere(really.values(), live)
    # Afterwards, over what happened under them: nothing new, nothing gone, under the very keys.
    after = _rehearsed(live, by, which=Which.LIVE)
    assert shapes.rehearsed(after) == really
    assert set(RehearsedCase.objects.filter(rehearsal=after).values_list("compared", flat=True)) == {"same"}


def _strict(room: Binding) -> dict[str, Any]:
    return {"rule": Rule.objects.get(sort="words", offence=Offence.ADVERT).pk, "values": {"settings": {"words": ["大家早"]}}}


def test_a_changed_rule_or_ladder_shows_what_is_new_and_what_no_longer() -> None:
    by, room = operator(), BindingFactory()
    RuleFactory(settings={"words": ["日赚"]})
    _play(room)
    counted = (Case.objects.count(), Strike.objects.count(), Delivery.objects.count(), DailyActivity.objects.count())
    row = _rehearsed(room, by, which=Which.LIVE, change=_strict(room))
    numbers = row.result.numbers
    assert numbers["new"] > 0 < numbers["gone"]
    assert numbers["same"] == row.cases.filter(held="report").count(), "what members report has no rule"
    assert [(rule["tried"], rule["version"]) for rule in row.result.rules] == [(True, 1)]
    assert Rule.objects.get().settings == {"words": ["日赚"]}
    gentler = asdict(LadderRule(advert="群内提醒 > 私聊警告", per_hour=1))
    row = _rehearsed(room, by, which=Which.LIVE, change={"ladder": gentler})
    assert {case.acts for case in row.cases.all() if case.compared == "same"} == {"群内提醒", "私聊警告"}
    assert row.result.ladders[0]["advert"] == "群内提醒 > 私聊警告"
    assert counted == (Case.objects.count(), Strike.objects.count(), Delivery.objects.count(), DailyActivity.objects.count())


@pytest.mark.both_databases
def test_a_result_is_never_changed_and_a_run_is_run_once() -> None:
    by, room = operator(), BindingFactory()
    RuleFactory()
    hear(room, happened(room.remote_id, "alice", "日赚三千", occurred_at=NOW - timedelta(hours=1)), at=NOW - timedelta(hours=1))
    row = _rehearsed(room, by)
    assert not rehearsing.run(pk=row.pk, now=lambda: NOW)
    changes: list[Callable[[], object]] = [
        lambda: RehearsalResult.objects.update(messages=7),
        lambda: RehearsalResult.objects.all().delete(),
        lambda: RehearsedCase.objects.update(messages=7),
        lambda: RehearsedCase.objects.all().delete(),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_texts_that_are_no_longer_kept_are_counted_as_such() -> None:
    by, room = operator(), BindingFactory()
    RuleFactory(state=RuleState.DRAFT)
    for n, text in enumerate(["日赚三千", "日赚四千"]):
        when = NOW - timedelta(days=2 - n)
        hear(room, happened(room.remote_id, f"u{n}", text, occurred_at=when), at=when)
    StoredEvent.objects.order_by("pk")[:1].get()
    StoredEvent.objects.filter(text="日赚三千").update(text="", raw={})
    result = _rehearsed(room, by).result
    assert (result.messages, result.without_text, result.numbers["cases"]) == (1, 1, 1)


def test_its_queries_do_not_grow_with_the_history() -> None:
    by, counts = operator(), []
    RuleFactory(state=RuleState.DRAFT)
    for n in (1, 5, 50):  # the first makes the detector; SQLite inserts more rows in two goes
        room = BindingFactory()
        for at in range(n):
            when = NOW - timedelta(minutes=at + 1)
            hear(room, happened(room.remote_id, f"u{at}", "日赚三千", occurred_at=when), at=when)
        row = rehearsing.ask(group=room.group, kind=None, days=2, which=Which.ALL, by=by, at=NOW)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            rehearsing.run(pk=row.pk, now=lambda: NOW)
        counts.append(len(asked))
    assert counts[1] == counts[2] <= 40


def test_only_who_moderates_may_ask() -> None:
    room = BindingFactory()
    admin = StaffPostFactory(group=room.group, post="admin", user=viewer()).user
    rehearsing.ask(group=room.group, kind=None, days=2, which=Which.LIVE, by=admin, at=NOW)
    with pytest.raises(Forbidden):
        rehearsing.ask(group=None, kind=room.group.kind, days=2, which=Which.LIVE, by=admin, at=NOW)
    with pytest.raises(Forbidden):
        rehearsing.ask(group=room.group, kind=None, days=2, which=Which.LIVE, by=viewer(), at=NOW)
