"""Nights: the SQL says what the pure rule says, once a night however often it runs; unheard groups stay as they are."""

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from groupops.groups.models import Group, GroupDay
from members.models import DailyActivity, Membership, TierChange, TierNight
from members.tasks import judge_tiers
from members.tiering import Did, Standing, Tier, TierRule, Why, judge, points
from members.tiers import nights
from members.tiers.queries import preview
from tests.factories.accounts import operator
from tests.factories.groups import NOW, KindFactory
from tests.factories.members import MembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ZONE = ZoneInfo("Asia/Shanghai")
RULE = TierRule()
DAY = NOW.astimezone(ZONE).date() - timedelta(days=1)  # the night that NOW judges


def heard(group: Group, *, since: int = 90, until: int = 0) -> Group:
    """Messages were received, from so many days before DAY until so many before it."""
    for ago in (since, until):
        GroupDay.objects.update_or_create(group=group, day=DAY - timedelta(days=ago), defaults={"messages": 5})
    return group


def member(group: Group | None = None, *, here: int = 90, did: dict[int, Did] | None = None, **values: object) -> Membership:
    """Somebody here for so many days, with what they did so many days before DAY."""
    given = {"group": group} if group else {}
    joined = datetime.combine(DAY - timedelta(days=here), datetime.min.time(), ZONE) + timedelta(hours=9)
    row = MembershipFactory(**given, joined_at=joined, **values)
    for ago, one in (did or {}).items():
        DailyActivity.objects.create(membership=row, day=DAY - timedelta(days=ago), **one._asdict())
    return row


def test_the_statement_says_what_the_rule_says() -> None:
    dice, group = random.Random(5), heard(MembershipFactory().group)
    told = {}
    for _n in range(250):
        busy = dice.choice([0, 0, 1, 3, 10, 25])
        did = {
            ago: Did(dice.choice([0, 1, 4, 30]), dice.choice([0, 0, 3, 20]), dice.choice([0, 0, 0, 1]))
            for ago in dice.sample(range(35), busy)
        }
        now = Standing(dice.choice(["", *Tier.values]))
        if now.tier and dice.random() < 0.5:
            now = Standing(now.tier, DAY - timedelta(days=dice.choice([1, 13, 14, 15])))
        here = dice.choice([0, 12, 13, 14, 90])
        row = member(
            group, here=here, did=did, tier=now.tier, tier_below_since=now.below_since, tier_since=date(2026, 1, 1) if now.tier else None
        )
        score = sum(points(RULE, one) for ago, one in did.items() if ago < RULE.window_days)
        told[row.pk] = (now, judge(RULE, now, score, DAY, seen_days=here + 1))
    nights.judge(at=NOW)
    for row in Membership.objects.filter(pk__in=told):
        assert Standing(row.tier, row.tier_below_since) == told[row.pk][1], row.pk
    moved = {pk for pk, (now, then) in told.items() if now.tier != then.tier}
    assert len(moved) > 50
    assert set(TierChange.objects.filter(membership__in=told).values_list("membership", flat=True)) == moved


def test_once_a_night_however_often_it_runs() -> None:
    row = member(did={1: Did(3)})
    heard(row.group)
    judge_tiers_at = [NOW, NOW + timedelta(minutes=10), NOW + timedelta(hours=3)]
    assert [nights.judge(at=at) for at in judge_tiers_at] == [1, 0, 0]
    row.refresh_from_db()
    assert (row.tier, row.tier_score, row.tier_since) == (Tier.ORDINARY, 13, DAY)
    [change] = TierChange.objects.all()
    assert (change.was, change.tier, change.why, change.day, change.by) == ("", Tier.ORDINARY, Why.FIRST, DAY, None)
    [night] = TierNight.objects.filter(group=row.group)
    assert (night.is_judged, night.moved, night.ordinary, night.unknown) == (True, 1, 1, 0)
    nights.judge(at=NOW + timedelta(days=1))
    assert TierNight.objects.filter(group=row.group).count() == 2
    judge_tiers()


def test_killed_in_the_middle_it_leaves_nothing_and_the_next_run_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    row = member(did={1: Did(3)})
    heard(row.group)

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(nights, "_shaped", killed)
        with pytest.raises(KeyboardInterrupt):
            nights.judge(at=NOW)
    row.refresh_from_db()
    assert (row.tier, TierChange.objects.count(), TierNight.objects.count()) == ("", 0, 0)
    assert nights.judge(at=NOW) == 1
    assert TierChange.objects.count() == 1


def test_unknown_is_never_a_lurker_and_silence_of_all_moves_nobody() -> None:
    never, down, fine = member(), member(tier=Tier.CORE, tier_since=DAY, tier_below_since=DAY - timedelta(days=30)), member()
    heard(down.group, since=90, until=7)
    heard(fine.group, since=90, until=6)
    nights.judge(at=NOW)
    for row in (never, down, fine):
        row.refresh_from_db()
    assert (never.tier, fine.tier) == ("", Tier.LURKER)
    assert (down.tier, down.tier_below_since) == (Tier.CORE, None)
    assert TierNight.objects.get(group=down.group).is_judged is False


def test_a_group_heard_since_yesterday_has_no_lurkers() -> None:
    row = member()
    heard(row.group, since=1)
    nights.judge(at=NOW)
    row.refresh_from_db()
    assert row.tier == ""


def test_a_lock_holds_and_its_end_begins_a_grace_anew() -> None:
    by = operator()
    locks = {"tier_lock_reason": "讲师", "tier_locked_by": by}
    kept = member(tier=Tier.CORE, tier_since=DAY, tier_locked_until=DAY, **locks)
    ended = member(kept.group, tier=Tier.CORE, tier_since=DAY, tier_locked_until=DAY - timedelta(days=1), **locks)
    heard(kept.group)
    nights.judge(at=NOW)
    kept.refresh_from_db()
    ended.refresh_from_db()
    assert (kept.tier, kept.tier_locked_until) == (Tier.CORE, DAY)
    assert (ended.tier, ended.tier_locked_until, ended.tier_lock_reason, ended.tier_below_since) == (Tier.CORE, None, "", DAY)
    assert list(TierChange.objects.values_list("membership", "why")) == [(ended.pk, Why.UNLOCK)]


def test_who_left_and_sandboxes_are_not_judged() -> None:
    gone, sandbox = member(left_at=NOW, did={1: Did(3)}), member(did={1: Did(3)})
    Group.objects.filter(pk=sandbox.group_id).update(sandbox=True)
    heard(gone.group)
    heard(sandbox.group)
    assert nights.judge(at=NOW) == 0
    assert not TierNight.objects.filter(group=sandbox.group).exists()


def test_the_database_keeps_what_it_promises() -> None:
    row, by = member(tier=Tier.CORE, tier_since=DAY), operator()
    whole = {"membership": row, "group": row.group, "day": DAY, "at": NOW, "tier": Tier.CORE, "why": Why.FIRST}
    TierChange.objects.create(**whole)
    TierNight.objects.create(group=row.group, day=DAY, at=NOW, is_judged=True)
    for broken in ({}, {"why": "lock"}, {"why": "lock", "by": by}, {"why": "rose", "by": by}, {"tier": "odd", "by": by, "why": "unlock"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TierChange.objects.create(**whole | broken)
    for night in ({"day": DAY, "is_judged": True}, {"day": NOW.date(), "is_judged": False, "moved": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TierNight.objects.create(group=row.group, at=NOW, **night)
    for values in ({"tier": "odd"}, {"tier_since": None}, {"tier": ""}, {"tier_locked_until": DAY}, {"tier_lock_reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.filter(pk=row.pk).update(**values)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        TierChange.objects.update(note="rewritten")


@pytest.mark.both_databases
def test_a_rule_can_be_tried_where_there_is_no_group() -> None:
    found = preview(TierRule(), at=NOW, kind=KindFactory())
    assert (found.moving, found.names) == (0, [])
