"""The two steps of members: who it was, whether they are here, and what it adds to the day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from groupops.groups.models import GroupDay
from groupops.inbound import queries
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.messaging.models import Binding
from members.models import DailyActivity, FormerName, Membership, Person
from tests.factories.groups import GroupFactory
from tests.factories.inbound import NOW, chatter, happened, hear, joined, left
from tests.factories.messaging import BindingFactory, ConnectionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=1)
NOON = date(2026, 11, 22)


@pytest.fixture
def room() -> Binding:
    """A group bound to a room."""
    binding: Binding = BindingFactory()
    return binding


def stay(binding: Binding, user: str = "alice") -> Membership:
    """Somebody's membership."""
    return Membership.objects.get(group=binding.group, person__remote_id=user)


def numbers(binding: Binding, day: date = NOON) -> tuple[int, int, int, int]:
    """Messages, speakers, joins and leaves of the group's day."""
    row = GroupDay.objects.get(group=binding.group, day=day)
    return row.messages, row.speakers, row.joins, row.leaves


def size(binding: Binding) -> int:
    """The group's size as it is kept."""
    binding.group.refresh_from_db()
    return binding.group.member_count


def test_a_first_message_makes_person_membership_activity_and_day(room: Binding) -> None:
    hear(room, happened(room.remote_id))
    person = Person.objects.get()
    assert (person.realm, person.remote_id, person.name, person.first_seen_at) == ("memory", "alice", "Alice", NOW)
    here = stay(room)
    assert (here.joined_at, here.join_seen, here.left_at, here.last_spoke_at) == (NOW, False, None, NOW)
    assert DailyActivity.objects.values_list("membership", "day", "messages").get() == (here.pk, NOON, 1)
    assert numbers(room) == (1, 1, 0, 0)
    assert size(room) == 1
    event = StoredEvent.objects.get()
    assert (event.state, event.person_id) == ("done", person.pk)
    assert [line.step for line in queries.trace_of(event)] == [
        str(queries.label_of(path)) for path in ("members.inbound.resolve", "members.inbound.count")
    ]
    assert "Alice" in queries.trace_of(event)[0].did
    assert "2026-11-22" in queries.trace_of(event)[1].did


def test_joining_leaving_and_coming_back(room: Binding) -> None:
    hear(room, joined(room.remote_id, "alice"))
    assert (stay(room).join_seen, size(room), numbers(room)) == (True, 1, (0, 0, 1, 0))
    hear(room, left(room.remote_id, "alice", "kicked", occurred_at=LATER))
    assert (stay(room).left_at, stay(room).left_how, size(room)) == (LATER, "kicked", 0)
    hear(room, joined(room.remote_id, "alice", occurred_at=LATER + timedelta(hours=1)))
    here = stay(room)
    assert (here.left_at, here.left_how, here.rejoins, here.joined_at) == (None, "", 1, LATER + timedelta(hours=1))
    assert (size(room), numbers(room)) == (1, (0, 0, 2, 1))


def test_the_order_inside_a_batch_is_respected(room: Binding) -> None:
    hear(
        room,
        joined(room.remote_id, "alice"),
        happened(room.remote_id, occurred_at=LATER),
        left(room.remote_id, "alice", occurred_at=LATER + timedelta(minutes=1)),
        joined(room.remote_id, "alice", occurred_at=LATER + timedelta(minutes=2)),
        left(room.remote_id, "alice", occurred_at=LATER + timedelta(minutes=3)),
        joined(room.remote_id, "bob"),
    )
    gone = stay(room)
    assert (gone.left_at, gone.rejoins, gone.last_spoke_at) == (LATER + timedelta(minutes=3), 1, LATER)
    assert (size(room), numbers(room)) == (1, (1, 1, 3, 2))


def test_somebody_who_leaves_unseen_is_kept_as_gone(room: Binding) -> None:
    hear(room, left(room.remote_id, "ghost"))
    assert (stay(room, "ghost").left_at, size(room), numbers(room)) == (NOW, 0, (0, 0, 0, 1))


def test_the_day_is_the_group_s_own(room: Binding) -> None:
    abroad = BindingFactory(connection=room.connection, group=GroupFactory(zone="America/Los_Angeles"))
    midnight = NOW.replace(hour=16)  # the 23rd begins in Shanghai; in Los Angeles the morning of the 22nd
    hear(room, happened(room.remote_id, occurred_at=midnight), happened(abroad.remote_id, occurred_at=midnight))
    assert GroupDay.objects.get(group=room.group).day == date(2026, 11, 23)
    assert GroupDay.objects.get(group=abroad.group).day == NOON


def test_speakers_are_distinct_people(room: Binding) -> None:
    hear(room, *chatter(room, 10, people=3))
    hear(room, *chatter(room, 10, people=4))
    assert numbers(room)[:2] == (20, 4)
    assert sorted(DailyActivity.objects.values_list("messages", flat=True)) == [2, 5, 6, 7]


def test_numbers_of_other_apps_survive(room: Binding) -> None:
    GroupDay.objects.create(group=room.group, day=NOON, posts_sent=3)
    hear(room, happened(room.remote_id))
    DailyActivity.objects.update(contributions=2)
    hear(room, happened(room.remote_id))
    assert GroupDay.objects.get().posts_sent == 3
    assert DailyActivity.objects.values_list("messages", "contributions").get() == (2, 2)


def test_one_person_in_two_groups(room: Binding) -> None:
    second = BindingFactory(connection=room.connection)
    hear(room, happened(room.remote_id), happened(second.remote_id), happened(second.remote_id, "bob"))
    assert Person.objects.count() == 2
    assert Membership.objects.count() == 3, "bob was never in the first group"


def test_a_rename_is_followed_and_the_old_name_kept(room: Binding) -> None:
    hear(room, happened(room.remote_id, user_name="小明"))
    hear(room, happened(room.remote_id, user_name="明哥", occurred_at=LATER))
    assert Person.objects.get().name == "明哥"
    assert FormerName.objects.values_list("name", "until").get() == ("小明", LATER)
    hear(room, happened(room.remote_id, user_name="小明", occurred_at=NOW))
    assert Person.objects.get().name == "明哥", "an older message does not take the name back"
    assert FormerName.objects.count() == 1


def test_several_names_in_one_batch(room: Binding) -> None:
    events = [happened(room.remote_id, user_name=name, occurred_at=NOW + timedelta(seconds=n)) for n, name in enumerate("甲乙丙甲丁")]
    hear(room, *events)
    assert Person.objects.get().name == "丁"
    assert set(FormerName.objects.values_list("name", flat=True)) == {"甲", "乙", "丙"}


def test_somebody_without_a_name_has_their_id_until_one_is_known(room: Binding) -> None:
    hear(room, happened(room.remote_id, "u1", user_name="", occurred_at=LATER))
    assert Person.objects.get().name == "u1"
    hear(room, happened(room.remote_id, "u1", user_name="小红", occurred_at=NOW))
    assert Person.objects.get().name == "小红", "a name is better than none, however old"
    assert not FormerName.objects.exists()


def test_a_merged_identity_counts_for_the_person_it_was_merged_into(room: Binding) -> None:
    hear(room, happened(room.remote_id, "alice"), happened(room.remote_id, "alias"))
    alice = Person.objects.get(remote_id="alice")
    Person.objects.filter(remote_id="alias").update(merged_into=alice)
    hear(room, happened(room.remote_id, "alias"))
    assert StoredEvent.objects.order_by("pk").last().person_id == alice.pk  # type: ignore[union-attr]
    assert DailyActivity.objects.get(membership__person=alice).messages == 2


def test_what_is_about_nobody_or_counts_nothing_is_understood_all_the_same(room: Binding) -> None:
    hear(
        room,
        happened(room.remote_id, "", kind=EventKind.RENAMED, user_name="", text="新群名"),
        happened(room.remote_id, "bob", kind=EventKind.MUTED),
    )
    assert set(StoredEvent.objects.values_list("state", flat=True)) == {"done"}
    assert not Membership.objects.exists()
    assert not GroupDay.objects.exists()
    assert all(len(queries.trace_of(event)) >= 2 for event in StoredEvent.objects.all())


def test_two_connections_of_one_platform_know_the_same_person() -> None:
    one, other = BindingFactory(), BindingFactory()
    for binding in (one, other):
        hear(binding, happened(binding.remote_id))
    assert Person.objects.count() == 1
    matrix = BindingFactory(connection=ConnectionFactory(adapter="matrix"))
    hear(matrix, happened(matrix.remote_id))
    assert Person.objects.count() == 2, "the same id on another platform is somebody else"


@pytest.mark.parametrize("known", [False, True], ids=["strangers", "known people"])
def test_a_batch_costs_the_same_queries_with_1_and_with_500_events(room: Binding, *, known: bool) -> None:
    if known:
        hear(room, *chatter(room, 500))
    costs = []
    for size in (1, 2, 500):  # PostgreSQL prepares its statements once a connection
        other = room if known else BindingFactory()
        people = [f"{'user' if known else f'{other.pk}-'}{n}" for n in range(size)]
        with CaptureQueriesContext(connection) as captured:
            hear(other, *[happened(other.remote_id, user, user_name="", occurred_at=NOW + timedelta(hours=1)) for user in people])
        shapes = [query["sql"][:40] for query in captured if "SAVEPOINT" not in query["sql"]]
        costs.append(sum(one != other for one, other in pairwise(["", *shapes])))  # SQLite takes one long INSERT in parts
    # One asks for rules of conduct, one for a flood of joins, one who is on the blacklist.
    # One of them asks whether strangers are other identities of a human, one who was erased, one counts the hours of the week.
    assert costs[1] == costs[2] <= 28


def test_the_database_refuses_a_reason_to_have_left_for_somebody_present(room: Binding) -> None:
    hear(room, happened(room.remote_id))
    with pytest.raises(IntegrityError):
        Membership.objects.update(left_how="kicked")


def test_the_database_refuses_a_second_membership(room: Binding) -> None:
    hear(room, happened(room.remote_id))
    here = stay(room)
    with pytest.raises(IntegrityError):
        Membership.objects.create(person=here.person, group=here.group, joined_at=NOW)


def test_who_invited_somebody_is_kept_and_met(room: Binding) -> None:
    hear(room, joined(room.remote_id, "alice", operator="bob"), joined(room.remote_id, "carol", operator="name:老王", occurred_at=LATER))
    inviter = stay(room).invited_by
    assert inviter is not None
    assert (inviter.remote_id, inviter.memberships.count()) == ("bob", 0)  # known, but not seen in the group
    assert stay(room, "carol").invited_by.name == "老王"  # type: ignore[union-attr]
    hear(room, happened(room.remote_id, "bob", occurred_at=LATER))
    inviter.refresh_from_db()
    assert inviter.name == "Bob"


def test_a_return_has_an_inviter_of_its_own_and_nobody_invites_themselves(room: Binding) -> None:
    hear(room, joined(room.remote_id, "alice", operator="bob"), left(room.remote_id, "alice", occurred_at=LATER))
    hear(room, joined(room.remote_id, "alice", operator="alice", occurred_at=LATER + timedelta(hours=1)))
    assert stay(room).invited_by is None
    hear(room, joined(room.remote_id, "alice", operator="<me>", occurred_at=LATER + timedelta(hours=1)))  # whose file was it?
    assert stay(room).invited_by is None
