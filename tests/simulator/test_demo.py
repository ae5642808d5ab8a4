"""The demo's seed: everything is there, twice changes nothing, history counts like real traffic."""

import random
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import call_command

from content.models import Post, Schedule, Slot
from groupops.accounts.models import User
from groupops.groups.models import Group, GroupDay
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.server import Server
from groupops.messaging.models import Binding
from groupops.shared import clock
from groupops.simulator import by_hand, cast, chatter, history, seeding
from members.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def state(settings: Any, tmp_path: Path) -> Path:
    """A state folder of the test's own."""
    settings.STATE_DIR = tmp_path
    return tmp_path


@pytest.mark.both_databases
def test_the_demo_is_filled_once(state: Path) -> None:
    """Four groups with rooms, people, history and a plan; the second run adds nothing."""
    call_command("seed_demo", verbosity=0)
    counts = _counts()
    assert counts["groups"] == len(cast.STAGES) + len(by_hand.GROUPS) == Binding.objects.count()
    assert counts["members"] == sum(stage.people for stage in cast.STAGES)
    assert counts["schedules"] == 7 * len(cast.STAGES)
    assert counts["events"] > 1000
    assert not StoredEvent.objects.filter(state__in=[EventState.PENDING, EventState.PARKED]).exists()
    assert Slot.objects.exists()
    call_command("seed_demo", verbosity=0)
    assert _counts() == counts


def test_history_counts_like_real_traffic(state: Path) -> None:
    """Every message of the past fortnight stands in the daily numbers, and the login works."""
    at = clock.now()
    seeding.seed(at=at)
    said = StoredEvent.objects.filter(kind="message.created", own=False).count()
    assert sum(GroupDay.objects.values_list("messages", flat=True)) == said
    assert User.objects.get(username="demo").check_password((state / "demo.password").read_text())
    assert set(Post.objects.filter(state="scheduled").values_list("due_at", flat=True)) == {at + seeding.SOON}


def test_history_is_the_same_when_asked_again() -> None:
    """Keys and texts do not depend on when the demo is started, within a day."""
    at = clock.now()
    stage = cast.STAGES[0]
    assert list(history.events(stage, at=at)) == list(history.events(stage, at=at))
    assert all(event.occurred_at < at for event in history.events(stage, at=at))
    assert min(event.occurred_at for event in history.events(stage, at=at)) < at - timedelta(days=14)


def test_the_community_talks_on_the_platform(tmp_path: Path) -> None:
    """Chatter speaks through the platform's own HTTP; a platform that is away is survived."""
    platform = Platform(tmp_path)
    for stage in cast.STAGES:
        platform.open_room(stage.room, stage.name, {persona.id: persona.name for persona in cast.people(stage)})
    server = Server(platform, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    before = len(platform.history)
    chatter.live(f"http://127.0.0.1:{server.server_address[1]}", dice=random.Random(7), steps=40, pause=(0, 0))
    server.shutdown()
    server.server_close()
    assert len(platform.history) > before + 20
    with httpx.Client(base_url="http://127.0.0.1:9", timeout=1, trust_env=False) as nobody:
        chatter.happen(nobody, random.Random(7))


def _counts() -> dict[str, int]:
    return {
        "groups": Group.objects.count(),
        "members": Membership.objects.filter(left_at=None).count(),
        "schedules": Schedule.objects.count(),
        "events": StoredEvent.objects.count(),
        "posts": Post.objects.count(),
    }
