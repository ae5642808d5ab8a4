"""The sandbox: what its members do goes through the real door and pipeline, and its clock brings everything exactly once."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from content import services as content
from content.models import Post, Schedule, Slot
from content.policy import PostKind, PostState, SlotState
from groupops.accounts.models import User
from groupops.groups.models import Group, GroupDay
from groupops.groups.policy import Lifecycle
from groupops.inbound import queries as inbox
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging import delivery
from groupops.messaging import services as messaging
from groupops.messaging.adapter import EventKind, Operation
from groupops.messaging.models import Delivery
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import DeliveryState
from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Forbidden, Invalid
from groupops.simulator.models import Sandbox
from groupops.simulator.sandbox import cast, moving, policy, queries, rooms, scenes
from groupops.simulator.sandbox import services as sandboxes
from groupops.simulator.sandbox.policy import Deed, Jump
from groupops.simulator.sandbox.services import Act
from members.models import Membership
from tests.factories import accounts
from tests.factories.sandbox import MONDAY, opened

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIN, MA, SONG = (cast.BY_ID[name] for name in ("lin", "ma", "song"))


@pytest.fixture(autouse=True)
def real_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The present of these tests."""
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    return iter(())


@pytest.fixture
def by() -> User:
    """An operator in Shanghai."""
    return accounts.operator()


@pytest.fixture
def sandbox(by: User) -> Sandbox:
    """A fresh one."""
    return opened(by)


def do(sandbox: Sandbox, deed: Deed, who: cast.Persona, by: User, text: str = "", message: StoredEvent | None = None) -> StoredEvent:
    """Let somebody do something."""
    return sandboxes.act(sandbox=sandbox, act=Act(deed, who, text, message), by=by, at=MONDAY)


def say(sandbox: Sandbox, text: str, by: User, who: cast.Persona = LIN) -> StoredEvent:
    """Let somebody speak."""
    return do(sandbox, Deed.SAY, who, by, text)


class TestOpening:
    """What a fresh sandbox is."""

    def test_a_running_group_with_its_kind_plan_its_people_and_a_room_of_its_own(self, sandbox: Sandbox) -> None:
        """The cast has been there for months; newcomers and the advertiser have not come yet."""
        group = Group.objects.get(pk=sandbox.group_id)
        inside = [persona for persona in cast.CAST if persona.inside]
        assert (group.sandbox, group.lifecycle, group.name) == (True, Lifecycle.ACTIVE, "试验田 · 1")
        assert (group.member_count, Membership.objects.filter(group=group, left_at=None).count()) == (len(inside), len(inside))
        assert Schedule.objects.filter(group=group).exists()
        assert group.binding.connection == sandbox.connection
        assert all(row.joined_at < MONDAY - DAY for row in Membership.objects.filter(group=group))

    def test_who_may_not_make_groups_opens_none(self) -> None:
        """An admin sees all groups, and makes none."""
        with pytest.raises(Forbidden):
            opened(accounts.admin())

    def test_two_of_one_name_are_two(self, sandbox: Sandbox, by: User) -> None:
        """Their groups are numbered, their people are strangers."""
        other = opened(by)
        say(other, "我在另一个沙盒", by)
        assert (other.group.name, StoredEvent.objects.filter(group=sandbox.group_id, kind=EventKind.MESSAGE).count()) == ("试验田 · 2", 0)
        assert not set(Membership.objects.filter(group=sandbox.group_id).values_list("person", flat=True)) & set(
            Membership.objects.filter(group=other.group_id).values_list("person", flat=True)
        )


class TestActing:
    """Members, through the door."""

    def test_a_message_is_heard_understood_and_counted(self, sandbox: Sandbox, by: User) -> None:
        """Every step of the pipeline left its note; the day of the group counts it."""
        event = say(sandbox, "大家早上好", by)
        assert (event.state, event.text, event.user_name) == (EventState.DONE, "大家早上好", LIN.name)
        assert event.occurred_at == event.received_at == MONDAY + policy.PACE
        assert {"members.inbound.resolve", "members.inbound.count"} <= {step for step, _did, _values in inbox.notes_of(event)}
        assert GroupDay.objects.get(group=sandbox.group_id, day=MONDAY.date()).messages == 1

    def test_acts_never_share_a_moment(self, sandbox: Sandbox, by: User) -> None:
        """So that what was made because of one is not taken for the other's."""
        first, second = say(sandbox, "一", by), say(sandbox, "二", by)
        assert second.received_at - first.received_at == policy.PACE

    def test_pictures_and_replies_are_spelt_as_histories_spell_them(self, sandbox: Sandbox, by: User) -> None:
        """The quoted message comes first."""
        first = say(sandbox, "今天几点开始？\n在哪里？", by)
        reply = do(sandbox, Deed.SAY, MA, by, "九点", first)
        assert reply.text.splitlines() == [f"「{LIN.name}：今天几点开始？」", "- - - - - - - - - - -", "九点"]
        assert do(sandbox, Deed.PICTURE, MA, by).text == "[图片]"

    def test_joining_leaving_renaming_recalling(self, sandbox: Sandbox, by: User) -> None:
        """Each is an event of its own kind."""
        joined = do(sandbox, Deed.JOIN, SONG, by)
        spoken = say(sandbox, "说错了", by, SONG)
        recalled = do(sandbox, Deed.RECALL, SONG, by, message=spoken)
        renamed = do(sandbox, Deed.RENAME, LIN, by, "新群名")
        left = do(sandbox, Deed.LEAVE, SONG, by)
        assert [event.kind for event in (joined, recalled, renamed, left)] == [
            EventKind.JOINED, EventKind.MESSAGE_DELETED, EventKind.RENAMED, EventKind.LEFT
        ]  # fmt: skip
        assert Group.objects.get(pk=sandbox.group_id).binding.remote_name == "新群名"
        assert Membership.objects.get(group=sandbox.group_id, person=joined.person_id).left_at == left.occurred_at
        line = next(line for line in queries.lines(sandbox, SONG) if line.event == spoken)
        assert (line.is_recalled, line.is_mine) == (True, True)

    @pytest.mark.parametrize(
        ("deed", "who", "text"),
        [(Deed.SAY, SONG, "我还没进群"), (Deed.LEAVE, SONG, ""), (Deed.JOIN, LIN, ""), (Deed.RENAME, SONG, "谁改的")],
        ids=["speaks outside", "leaves unjoined", "joins twice", "renames outside"],
    )
    def test_what_the_platform_refuses_is_said(self, sandbox: Sandbox, by: User, deed: Deed, who: cast.Persona, text: str) -> None:
        """And nothing is audited that did not happen."""
        before = AuditEntry.objects.filter(verb="sandbox.act").count()
        with pytest.raises(rooms.NotPossible):
            do(sandbox, deed, who, by, text)
        assert AuditEntry.objects.filter(verb="sandbox.act").count() == before

    @pytest.mark.parametrize("text", [" ", "字" * 2001])
    def test_an_empty_or_endless_text_is_refused(self, sandbox: Sandbox, by: User, text: str) -> None:
        """Before anything moves."""
        with pytest.raises(Invalid):
            say(sandbox, text, by)
        assert Sandbox.objects.get().clock == MONDAY

    def test_whoever_may_not_edit_the_group_does_not_act(self, sandbox: Sandbox) -> None:
        """Nor moves its clock, nor resets it."""
        admin = accounts.admin()
        with pytest.raises(Forbidden):
            say(sandbox, "早", admin)
        with pytest.raises(Forbidden):
            sandboxes.advance(sandbox=sandbox, jump=Jump.HOUR, by=admin, at=MONDAY)
        with pytest.raises(Forbidden):
            sandboxes.reset(sandbox=sandbox, by=admin, at=MONDAY)

    @pytest.mark.parametrize("scene", scenes.SCENES, ids=lambda scene: scene.key)
    def test_every_scene_plays_to_its_end(self, sandbox: Sandbox, by: User, scene: scenes.Scene) -> None:
        """Everything in it was understood; a second time too, though some are there already."""
        for _time in range(2):
            sandboxes.play(sandbox=sandbox, scene=scene, by=by, at=MONDAY)
        said = [beat.text for beat in scene.beats if beat.text]
        heard = StoredEvent.objects.filter(group=sandbox.group_id, kind=EventKind.MESSAGE, own=False, state=EventState.DONE)
        assert Counter(heard.values_list("text", flat=True)) == Counter(said * 2)
        assert Sandbox.objects.get().clock >= MONDAY + 2 * sum((beat.after for beat in scene.beats), timedelta())

    def test_every_act_of_a_person_has_its_line(self, sandbox: Sandbox, by: User) -> None:
        """Opening, acting, playing, moving, resetting, closing."""
        say(sandbox, "早", by)
        sandboxes.play(sandbox=sandbox, scene=scenes.SCENES[1], by=by, at=MONDAY)
        sandboxes.advance(sandbox=sandbox, jump=Jump.HOUR, by=by, at=MONDAY)
        fresh = sandboxes.reset(sandbox=sandbox, by=by, at=MONDAY)
        sandboxes.close(sandbox=fresh, by=by, at=MONDAY)
        verbs = AuditEntry.objects.filter(verb__startswith="sandbox.", by=by).order_by("pk").values_list("verb", flat=True)
        assert list(verbs) == [f"sandbox.{verb}" for verb in ("create", "act", "play", "advance", "reset", "close")]


class TestClock:
    """What falls due on the way."""

    def test_a_week_of_the_plan_each_slot_once_at_its_own_time(self, sandbox: Sandbox, by: User) -> None:
        """Exactly the moments that the schedules name, on the wall clock of the zone; each delivered and heard once."""
        zone = ZoneInfo(sandbox.group.zone)
        sandboxes.advance(sandbox=sandbox, jump=Jump.WEEK, by=by, at=MONDAY)
        to = MONDAY + 7 * DAY
        due = [
            (schedule.pk, moment)
            for schedule in Schedule.objects.filter(group=sandbox.group_id, enabled=True).select_related("group")
            for _day, moment in schedule.rule.upcoming(MONDAY, 30)
            if moment <= to
        ]
        slots = Slot.objects.filter(schedule__group=sandbox.group_id, due_at__lte=to)
        assert sorted(due) == sorted(slots.values_list("schedule", "due_at"))
        assert len(due) > 20
        assert set(slots.values_list("state", flat=True)) == {SlotState.RELEASED}
        sent = Delivery.objects.filter(group=sandbox.group_id)
        assert Counter(sent.values_list("state", flat=True)) == {DeliveryState.SENT: len(due)}
        heard = StoredEvent.objects.filter(group=sandbox.group_id, own=True, kind=EventKind.MESSAGE)
        assert sorted(heard.values_list("occurred_at", flat=True)) == sorted(moment for _pk, moment in due)
        assert {moment.astimezone(zone).minute for _pk, moment in due} <= {0, 30}

    def test_the_regular_ticks_find_nothing_afterwards(self, sandbox: Sandbox, by: User) -> None:
        """They go by the real time, which the sandbox is ahead of; when that comes by, all of it has happened."""
        sandboxes.advance(sandbox=sandbox, jump=Jump.WEEK, by=by, at=MONDAY)
        before = Counter(Delivery.objects.values_list("state", flat=True))
        for hours in (0, 1, 30, 24 * 6):
            at = MONDAY + timedelta(hours=hours)
            content.plan(at=at)
            assert content.release(at=at).settled == 0
            assert delivery.run(now=lambda at=at: at) == 0  # type: ignore[misc]
            delivery.recover(now=lambda at=at: at)  # type: ignore[misc]
        assert Counter(Delivery.objects.values_list("state", flat=True)) == before

    def test_other_groups_stay_in_the_real_time(self, sandbox: Sandbox, by: User) -> None:
        """Another sandbox too: neither its slots are released nor its deliveries ripened."""
        other = opened(by)
        post = content.create_post(
            group=other.group, title="明天", kind=PostKind.MESSAGE, body="明天说", due_at=MONDAY + DAY, by=by, at=MONDAY
        )  # fmt: skip
        sandboxes.advance(sandbox=sandbox, jump=Jump.WEEK, by=by, at=MONDAY)
        assert not Delivery.objects.filter(group=other.group_id).exclude(state=DeliveryState.PLANNED).exists()
        assert not Slot.objects.filter(schedule__group=other.group_id).exclude(state=SlotState.PLANNED).exists()
        assert Post.objects.get(pk=post.pk).sent_at is None

    def test_a_post_that_a_person_planned_leaves_on_the_way(self, sandbox: Sandbox, by: User) -> None:
        """At its own moment, and the journal says so."""
        due = MONDAY + timedelta(minutes=17)
        post = content.create_post(
            group=sandbox.group, title="临时通知", kind=PostKind.MESSAGE, body="十分钟后开会", due_at=due, by=by, at=MONDAY
        )
        assert post.state == PostState.SCHEDULED
        before = sandboxes.advance(sandbox=sandbox, jump=Jump.HOUR, by=by, at=MONDAY)
        assert Post.objects.get(pk=post.pk).sent_at == due
        assert [entry.at for entry in queries.journal(sandbox, since=before, until=MONDAY + HOUR)] == [due]

    @pytest.mark.parametrize(("jump", "hours"), [(Jump.HOUR, 1), (Jump.MORNING, 23), (Jump.SLOT, 2), (Jump.WEEK, 168)])
    def test_where_the_jumps_lead(self, sandbox: Sandbox, by: User, jump: Jump, hours: int) -> None:
        """On Monday at ten in Shanghai; the next slot is that of noon."""
        sandboxes.advance(sandbox=sandbox, jump=jump, by=by, at=MONDAY)
        assert Sandbox.objects.get().clock == MONDAY + timedelta(hours=hours)

    def test_never_more_than_a_year_ahead(self, sandbox: Sandbox, by: User) -> None:
        """A typing finger on "+1 week" does not fill the database."""
        Sandbox.objects.update(clock=MONDAY + timedelta(days=364))
        with pytest.raises(sandboxes.TooFar):
            sandboxes.advance(sandbox=Sandbox.objects.get(), jump=Jump.WEEK, by=by, at=MONDAY)

    def test_nothing_planned_is_no_next_slot(self, sandbox: Sandbox, by: User) -> None:
        """The jump is refused in words."""
        Slot.objects.all().delete()
        with pytest.raises(sandboxes.TooFar):
            sandboxes.advance(sandbox=sandbox, jump=Jump.SLOT, by=by, at=MONDAY)

    def test_it_stands_still_until_the_real_time_comes_by(self, sandbox: Sandbox, by: User) -> None:
        """And is never put back."""
        sandboxes.advance(sandbox=sandbox, jump=Jump.HOUR, by=by, at=MONDAY)
        ahead = Sandbox.objects.get()
        assert (ahead.now(MONDAY), ahead.now(MONDAY + DAY)) == (MONDAY + HOUR, MONDAY + DAY)
        moving.put(ahead, MONDAY)
        assert Sandbox.objects.get().clock == MONDAY + HOUR

    def test_two_movers_at_once_release_nothing_twice(self, sandbox: Sandbox, by: User) -> None:
        """Somebody else has moved it meanwhile: the later one finds what is left."""
        stale = Sandbox.objects.select_related("group__binding", "connection").get()
        sandboxes.advance(sandbox=sandbox, jump=Jump.MORNING, by=by, at=MONDAY)
        sandboxes.advance(sandbox=stale, jump=Jump.WEEK, by=by, at=MONDAY)
        posts = Post.objects.filter(group=sandbox.group_id)
        heard = StoredEvent.objects.filter(own=True, kind=EventKind.MESSAGE)
        assert posts.count() == posts.values("slot").distinct().count() == heard.count()

    def test_a_mute_that_a_person_ordered_silences_the_member(self, sandbox: Sandbox, by: User) -> None:
        """By the order page, like in any group; and it ends by the sandbox's clock."""
        wish = Wish(operation=Operation.MUTE, user=MA.remote_id(sandbox.group_id), user_name=MA.name, until=MONDAY + timedelta(minutes=30))
        messaging.order(group=sandbox.group, wish=wish, by=by, at=MONDAY)
        sandboxes.listen(sandbox=sandbox, at=MONDAY)
        assert dict(queries.people(sandbox, MONDAY))[MA] == "muted"
        with pytest.raises(rooms.NotPossible):
            say(sandbox, "凭什么禁言我", by, MA)
        sandboxes.advance(sandbox=sandbox, jump=Jump.HOUR, by=by, at=MONDAY)
        assert say(sandbox, "我回来了", by, MA).state == EventState.DONE


class TestReset:
    """Begin anew."""

    def test_a_fresh_group_the_old_one_archived_and_nothing_deleted(self, sandbox: Sandbox, by: User) -> None:
        """The clock shows the real time again, and yesterday's quarrel is not remembered of its people."""
        old = sandbox.group
        said = say(sandbox, "重置之前", by)
        sandboxes.advance(sandbox=sandbox, jump=Jump.WEEK, by=by, at=MONDAY)
        fresh = sandboxes.reset(sandbox=sandbox, by=by, at=MONDAY)
        assert (fresh.pk, fresh.group.name, fresh.clock) == (sandbox.pk, "试验田 · 2", MONDAY)
        assert Group.objects.get(pk=old.pk).lifecycle == Lifecycle.ARCHIVED
        assert StoredEvent.objects.filter(pk=said.pk).exists()
        again = say(fresh, "重置之后", by)
        assert again.occurred_at == MONDAY + policy.PACE
        assert again.person_id != said.person_id
        assert [line.event for line in queries.lines(fresh, LIN) if line.is_said] == [again]

    def test_a_closed_one_leaves_the_list(self, sandbox: Sandbox, by: User) -> None:
        """Its group is archived."""
        sandboxes.close(sandbox=sandbox, by=by, at=MONDAY)
        assert not queries.sandboxes_for(by).exists()


class TestStory:
    """What the page says about one event."""

    def test_what_there_is_because_of_a_message(self, sandbox: Sandbox, by: User) -> None:
        """The steps in order, the member, the day."""
        say(sandbox, "第一句", by)
        event = say(sandbox, "第二句", by)
        story = queries.story(sandbox, event)
        assert story.membership is not None
        assert story.day is not None
        assert (story.said_today, story.day.messages, story.persona, len(story.steps)) == (2, 2, LIN, len(event.trace))

    def test_our_own_message_names_its_delivery(self, sandbox: Sandbox, by: User) -> None:
        """By the receipt."""
        sandboxes.advance(sandbox=sandbox, jump=Jump.SLOT, by=by, at=MONDAY)
        event = StoredEvent.objects.get(group=sandbox.group_id, own=True, kind=EventKind.MESSAGE)
        assert queries.story(sandbox, event).sent_by == Delivery.objects.get(group=sandbox.group_id)

    def test_the_journal_tells_what_fell_due_in_order(self, sandbox: Sandbox, by: User) -> None:
        """Also a day that was left out, with the reason."""
        schedule = Schedule.objects.filter(group=sandbox.group_id).order_by("at").last()
        assert schedule is not None
        content.skip_day(schedule=schedule, day=MONDAY.date(), by=by, at=MONDAY)
        before = sandboxes.advance(sandbox=sandbox, jump=Jump.MORNING, by=by, at=MONDAY)
        found = queries.journal(sandbox, since=before, until=Sandbox.objects.get().clock)
        assert [entry.at for entry in found] == sorted(entry.at for entry in found)
        assert {entry.state for entry in found} == {"sent", "skipped"}
        assert next(entry.why for entry in found if entry.state == "skipped")


def test_the_present_of_the_tests() -> None:
    """The fixture works: the doors' clock is Monday, the database's own is not touched."""
    assert clock.now() == MONDAY != timezone.now()
    assert isinstance(MONDAY, datetime)
