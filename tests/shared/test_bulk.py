"""Many rows in one statement: what comes back is what went in, on both databases."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from groupops.groups.models import GroupDay
from groupops.inbound.models import EventState, StoredEvent
from groupops.shared import bulk
from members.models import Membership, Person
from tests.factories.groups import GroupFactory
from tests.factories.inbound import NOW, StoredEventFactory
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = date(2026, 11, 22)
NASTY = "引号\" ' \\ {花括号} , %s %(x)s \n\t 😀 NULL"
KEY = ["connection", "event_key"]
FIELDS = ["connection", "event_key", "kind", "group", "remote_group", "text", "own", "occurred_at", "received_at", "raw"]


def events(*keys: str, **values: Any) -> list[tuple[Any, ...]]:
    """Rows of one room in the order of FIELDS."""
    room = BindingFactory()
    given = {"text": "早", "raw": {"id": 1}} | values
    common = ("message", room.group_id, room.remote_id, given["text"], False, NOW, NOW, given["raw"])
    return [(room.connection_id, key, *common) for key in keys]


@pytest.mark.parametrize("raw", [{}, [], {"a": [1, 2.5, None, True, NASTY]}, {"big": 10**40}, "text", 0], ids=repr)
def test_every_value_comes_back_as_it_went_in(raw: Any) -> None:
    assert bulk.insert(StoredEvent, KEY, FIELDS, events("1", text=NASTY, raw=raw)) == 1
    event = StoredEvent.objects.get()
    assert (event.text, event.raw, event.own, event.occurred_at) == (NASTY, raw, False, NOW)
    assert (event.state, event.trace, event.person_id, event.tries) == (EventState.PENDING, [], None, 0), "defaults of the others"


def test_known_keys_change_nothing_and_new_ones_are_counted_in_their_order() -> None:
    first, second, third = events("1", "2", "3")
    assert bulk.insert(StoredEvent, KEY, FIELDS, [second]) == 1
    assert bulk.insert(StoredEvent, KEY, FIELDS, [third, second, first, third]) == 2
    assert list(StoredEvent.objects.order_by("pk").values_list("event_key", flat=True)) == ["2", "3", "1"]
    assert bulk.insert(StoredEvent, KEY, FIELDS, []) == 0


def test_what_is_known_is_found_in_the_middle_of_a_flood() -> None:
    """With the same left behind as if each had come alone; the transaction goes on."""
    rows = events(*map(str, range(120)))
    with transaction.atomic():
        assert bulk.insert(StoredEvent, KEY, FIELDS, rows[60:61]) == 1
        assert bulk.insert(StoredEvent, KEY, FIELDS, rows) == 119
        assert bulk.insert(StoredEvent, KEY, FIELDS, rows) == 0
    assert list(StoredEvent.objects.order_by("pk").values_list("event_key", flat=True)) == ["60", *map(str, [*range(60), *range(61, 120)])]


@pytest.mark.parametrize("text", ["", "\\N", "a\n\\.\nb", '"', "\u2028"], ids=repr)
def test_texts_that_look_like_nothing_or_like_an_end(text: str) -> None:
    assert bulk.insert(StoredEvent, KEY, FIELDS, events("1", "2", text=text)) == 2
    assert [(event.text, event.person_id, event.error) for event in StoredEvent.objects.all()] == [(text, None, "")] * 2


def test_what_is_the_same_in_all_rows_is_given_once() -> None:
    rows = [row[1:] for row in events("1", "2")]
    room = BindingFactory()
    assert bulk.insert(StoredEvent, KEY, FIELDS[1:], rows, connection=room.connection_id, person_id=None, trace=[1, {"n": 2}], tries=3) == 2
    assert set(StoredEvent.objects.values_list("connection", "person_id", "tries")) == {(room.connection_id, None, 3)}
    ids = StoredEvent.objects.values_list("pk", flat=True)
    assert bulk.update(StoredEvent, ["text"], [(pk, f"{pk}") for pk in ids], error="so", trace=[7]) == 2
    assert set(StoredEvent.objects.values_list("error", "tries")) == {("so", 3)}
    assert [(event.text, event.trace) for event in StoredEvent.objects.all()] == [
        (f"{event.pk}", [7]) for event in StoredEvent.objects.all()
    ]


def test_another_broken_rule_is_an_error_and_not_a_known_key() -> None:
    (row,) = events("1")
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(StoredEvent, KEY, [*FIELDS, "state"], [(*row, "lost")])


def test_more_rows_than_one_statement_holds() -> None:
    rows = events(*map(str, range(bulk.ROWS + 1)))
    with CaptureQueriesContext(connection) as statements:
        assert bulk.insert(StoredEvent, KEY, FIELDS, rows) == bulk.ROWS + 1
    assert len([one for one in statements if not one["sql"].startswith("PREPARE")]) == 2  # prepared by the first that needs it


def test_an_update_writes_each_row_its_own_values_and_counts_them() -> None:
    one, other, untouched = (StoredEventFactory() for _n in range(3))
    later = NOW + timedelta(microseconds=1)
    rows = [(one.pk, NASTY, None, later, {"n": None}), (other.pk, "", 7, NOW, []), (untouched.pk + 1000, "", 7, NOW, [])]
    assert bulk.update(StoredEvent, ["text", "person_id", "occurred_at", "trace"], rows) == 2
    found = StoredEvent.objects.order_by("pk").values_list("text", "person_id", "occurred_at", "trace")
    assert list(found)[:2] == [(NASTY, None, later, {"n": None}), ("", 7, NOW, [])]
    assert StoredEvent.objects.get(pk=untouched.pk).text == untouched.text


def test_times_of_any_zone_and_nothing_at_all() -> None:
    person = Person.objects.create(realm="memory", remote_id="a", name="A", named_at=NOW, first_seen_at=NOW)
    stay = Membership.objects.create(person=person, group=GroupFactory(), joined_at=NOW)
    left = datetime(1990, 1, 1, 12, tzinfo=UTC).astimezone()
    bulk.update(Membership, ["left_at", "left_how", "last_spoke_at", "join_seen"], [(stay.pk, left, "kicked", None, True)])
    stay.refresh_from_db()
    assert (stay.left_at, stay.left_how, stay.last_spoke_at, stay.join_seen) == (left, "kicked", None, True)


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    person = Person.objects.create(realm="memory", remote_id="a", name="A", named_at=NOW, first_seen_at=NOW)
    if connection.vendor == "postgresql":
        with pytest.raises(DataError), transaction.atomic():
            bulk.update(Person, ["name"], [(person.pk, "x" * 201)])
    person.refresh_from_db()
    assert person.name == "A"


def test_what_has_no_plain_form_is_refused_instead_of_written_as_its_repr() -> None:
    event = StoredEventFactory()
    with pytest.raises(TypeError):
        bulk.update(StoredEvent, ["trace"], [(event.pk, [object()])])


def test_plain_forms() -> None:
    assert bulk._plain(Decimal("1.50")) == "1.50"
    assert bulk._plain((1, "a")) == [1, "a"]
    assert bulk._plain(DAY) == "2026-11-22"


def test_adding_makes_what_is_missing_and_says_what_stands_there() -> None:
    one, other = GroupFactory(), GroupFactory()
    GroupDay.objects.create(group=one, day=DAY, messages=5, joins=2)
    found = bulk.add(GroupDay, ["group", "day"], ["messages", "leaves"], [(other.pk, DAY, 1, 0), (one.pk, DAY, 3, 1)])
    assert found == [(one.pk, DAY, 8, 1), (other.pk, DAY, 1, 0)]
    assert GroupDay.objects.get(group=one).joins == 2
