"""Notes are kept as numbers of wordings, and read as words: for as long as the events are, whatever became of a transaction."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from groupops.inbound import policy, queries
from groupops.inbound.models import StoredEvent, Wording
from groupops.inbound.services import wordings
from groupops.messaging.models import Binding
from tests.factories.inbound import StoredEventFactory, happened, hear
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
STEP, DID = "some.step", "It did %(n)d things."


def test_a_trace_is_numbers_and_reads_as_words() -> None:
    """In the reader's language, with its values."""
    room: Binding = BindingFactory()
    hear(room, happened(room.remote_id, "alice", user_name="Alice"))
    event = StoredEvent.objects.get()
    assert all(isinstance(note[0] if isinstance(note, list) else note, int) for note in event.trace)
    with translation.override("en"):
        assert "First sign of Alice in this group." in [line.did for line in queries.trace_of(event)]


def test_words_of_before_are_read_as_before() -> None:
    """Events of before the wordings keep what they say."""
    event = StoredEventFactory(trace=[{"step": STEP, "did": DID, "with": {"n": 2}}, {"step": STEP, "did": "Nothing."}])
    assert [line.did for line in queries.trace_of(event)] == ["It did 2 things.", "Nothing."]


def test_a_wording_is_written_once_and_again_after_a_rollback(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    """What was never committed is not taken for kept."""
    with transaction.atomic():
        wordings.written([[(STEP, DID, {"n": 1})]])
        transaction.set_rollback(True)
    with django_capture_on_commit_callbacks(execute=True):
        assert wordings.written([[(STEP, DID, {"n": 1}), (STEP, "Nothing.", {})]]) == [
            [[policy.wording(STEP, DID), {"n": 1}], policy.wording(STEP, "Nothing.")]
        ]
    assert Wording.objects.filter(step=STEP).count() == 2
    with CaptureQueriesContext(connection) as seen:
        wordings.written([[(STEP, DID, {"n": 2})]])
    assert len(seen) == 0


def test_a_number_means_one_wording_in_every_process() -> None:
    """It is made of the words, and fits a bigint and JSON alike."""
    assert policy.wording("members.inbound.count", "There is nothing to count.") == 8986766554642
    assert 0 <= policy.wording(STEP, DID) < 2**53


def test_a_wording_that_is_gone_leaves_the_page_readable() -> None:
    """Nothing is better than an error."""
    assert [(line.step, line.did) for line in queries.trace_of(StoredEventFactory(trace=[7, [8, {"n": 1}]]))] == [("", ""), ("", "")]
