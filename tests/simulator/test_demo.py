"""The demo's seed: everything is there, twice changes nothing, history counts like real traffic, our own week has happened."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Sum

from content.models import Post, Slot
from groupops.accounts.models import User
from groupops.groups.models import Group, GroupDay, StaffPost
from groupops.groups.queries import policy
from groupops.inbound.keeping import NAME as KEPT
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.models import Binding, Delivery, Receipt
from groupops.record.models import Alarm
from groupops.shared import clock
from groupops.simulator import by_hand, seeding, staff, tended, world
from groupops.simulator.world import ONE, Stage, World
from members.models import CareTask, Membership, Question
from members.newcomers.lists import SORTS
from moderation.models import Appeal, Case, Decision

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)  # a Friday evening in Shanghai
DAYS = 10


@pytest.fixture(autouse=True)
def state(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own, a small community, and a clock that stands."""
    settings.STATE_DIR, settings.FAKE_PLATFORM_URL = tmp_path, ""
    monkeypatch.setattr(seeding, "demo", _small)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return tmp_path


def _small(*, end: date) -> World:
    """The demo's groups with few people, over some days."""
    stages = tuple(Stage(stage.kind, stage.name, stage.room, 24) for stage in world.demo(end=end).stages)
    return World(world.DEMO, 20, end - (DAYS - 1) * ONE, DAYS, stages)


@pytest.mark.both_databases
def test_the_demo_is_filled_once(state: Path) -> None:
    """Groups with rooms, people, history and a plan; the second run adds nothing, a later one what happened meanwhile."""
    call_command("seed_demo", verbosity=0)
    counts = _counts()
    assert counts["groups"] == 4 + len(by_hand.GROUPS) == Binding.objects.count()
    assert counts["members"] == pytest.approx(4 * 24, abs=10)
    assert counts["events"] > 300
    assert not StoredEvent.objects.filter(state__in=[EventState.PENDING, EventState.PARKED]).exists()
    call_command("seed_demo", verbosity=0)
    assert _counts() == counts
    seeding.seed(at=NOW + timedelta(days=1))
    assert _counts()["events"] > counts["events"]
    assert StoredEvent.objects.filter(kind="message.created", occurred_at__gt=NOW + timedelta(hours=14)).exists()


def test_history_counts_like_real_traffic(state: Path) -> None:
    """Every message stands in the daily numbers, and the login works."""
    seeding.seed(at=NOW)
    said = StoredEvent.objects.filter(kind="message.created", own=False).count()
    assert GroupDay.objects.aggregate(all=Sum("messages"))["all"] == said
    assert User.objects.get(username="demo").check_password((state / "demo.password").read_text())


def test_a_week_of_our_own_posts_has_happened(state: Path) -> None:
    """Each slot of the plan left once, at its time on the moved clock, with a receipt, and people answered."""
    seeding.seed(at=NOW)
    past = Slot.objects.filter(due_at__lt=NOW, schedule__group__name__in=[stage.name for stage in _small(end=NOW.date()).stages])
    assert past.count() > 4 * 4 * 5
    assert set(past.values_list("state", flat=True)) == {"released"}
    sent = Post.objects.filter(slot__in=past)
    assert Counter(sent.values_list("state", flat=True)) == {"sent": past.count()}
    assert all(timedelta() <= post.sent_at - post.due_at < timedelta(minutes=1) for post in sent if post.sent_at)
    assert Receipt.objects.exclude(delivery__purpose="measure").count() == past.count()
    assert StoredEvent.objects.filter(event_key__startswith="demo-aside.").exists()
    assert set(StoredEvent.objects.filter(own=True).values_list("state", flat=True)) == {EventState.DROPPED}


def test_something_is_left_to_do(state: Path) -> None:
    """A failed send, an outcome that nobody knows, with its alarm, a draft, a post that wants approval, posts for the visitor's hands."""
    seeding.seed(at=NOW)
    states = Counter(Post.objects.values_list("state", flat=True))
    assert (states["failed"], states["draft"], states["review"]) == (1, 1, 1)
    assert Counter(Delivery.objects.values_list("state", flat=True))["unknown"] == 1
    judged = Counter(Case.objects.values_list("state", flat=True))
    assert (judged["open"] >= 3, judged["punished"] >= 3, judged["reminded"]) == (True, True, 1), judged
    assert Decision.objects.filter(by=None).exists()
    assert Appeal.objects.filter(state="open").count() == 1
    waiting = Question.objects.filter(state="open")
    assert 1 <= waiting.count() <= 4 * tended.FEW
    assert all(question.asked_at > NOW - tended.A_DAY for question in waiting)
    care = CareTask.objects.filter(created_by=None)
    waits, settled = (list(care.filter(state__in=states)) for states in (["open"], ["done", "dropped"]))
    assert len(waits) < len(settled)  # as where people work: most is done, and what waits is of the last days
    assert all(task.created_at > NOW - timedelta(days=4) for task in waits if task.sort not in SORTS)
    assert {task.settled_by.username for task in settled if task.settled_by} <= set(seeding.CARERS)
    assert [alarm.key.partition(":")[0] for alarm in Alarm.objects.filter(closed_at=None)] == ["unknown"]
    assert Post.objects.filter(state="scheduled", due_at=NOW + seeding.SOON).count() == 1 + len(by_hand.GROUPS)


def test_the_groups_have_staff(state: Path) -> None:
    """Of every role and post; only the founder has a password. The texts of their ninety days are kept."""
    seeding.seed(at=NOW)
    names = [stage.name for stage in _small(end=NOW.date()).stages]
    assert {policy(KEPT, group=group).days for group in Group.objects.filter(name__in=names)} == {120}
    people = User.objects.filter(username__in=[person[0] for person in staff.PEOPLE])
    assert {user.role for user in people} == {"operator", "admin", "volunteer"}
    assert not any(user.has_usable_password() for user in people)
    assert StaffPost.objects.filter(group__name=world.demo(end=NOW.date()).stages[0].name, until=None).count() == 1 + len(staff.POSTS)


def _counts() -> dict[str, int]:
    return {
        "groups": Group.objects.count(),
        "members": Membership.objects.filter(left_at=None).count(),
        "events": StoredEvent.objects.count(),
        "posts": Post.objects.count(),
        "slots": Slot.objects.count(),
        "staff": StaffPost.objects.count(),
    }
