"""A room that is renamed stays the same room."""

from datetime import timedelta

import pytest

from groupops.inbound import queries
from groupops.inbound.models import StoredEvent
from groupops.messaging import targets
from groupops.messaging.adapter import EventKind
from groupops.messaging.models import Binding
from tests.factories.inbound import NOW, happened, hear
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def renamed(room: Binding, name: str, after: timedelta = timedelta(minutes=1), **values: object) -> None:
    """The platform tells of a new name."""
    event = happened(room.remote_id, "u1", name, kind=EventKind.RENAMED, occurred_at=NOW + after, **values)
    hear(room, event)


@pytest.fixture
def room() -> Binding:
    """Bound, and looked at just now."""
    made: Binding = BindingFactory(bound_at=NOW - timedelta(days=1), verified_at=NOW)
    return made


def test_the_binding_takes_the_new_name(room: Binding) -> None:
    """And the event says so."""
    renamed(room, "新的群名")
    assert Binding.objects.get().remote_name == "新的群名"
    assert queries.notes_of(StoredEvent.objects.get())[0][0] == "groupops.inbound.renaming.follow"


def test_old_news_changes_nothing(room: Binding) -> None:
    """A recorded history, or an event that was long under way."""
    renamed(room, "从前的群名", -timedelta(seconds=1))
    assert Binding.objects.get().remote_name == room.remote_name


@pytest.mark.parametrize(("mismatch", "left"), [(targets.OTHER_NAME, ""), (targets.OTHER_SIZE, targets.OTHER_SIZE)])
def test_a_doubt_about_the_name_is_over(room: Binding, mismatch: str, left: str) -> None:
    """One about the size is not."""
    Binding.objects.update(mismatch=mismatch)
    renamed(room, "新的群名")
    assert Binding.objects.get().mismatch == left


def test_the_latest_of_several_names_counts(room: Binding) -> None:
    """In whatever order they arrive."""
    for minutes, name in ((3, "最后的名字"), (2, "中间的名字")):
        hear(room, happened(room.remote_id, "u1", name, kind=EventKind.RENAMED, occurred_at=NOW + timedelta(minutes=minutes)))
    assert Binding.objects.get().remote_name == "最后的名字"
