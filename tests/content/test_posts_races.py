"""Two people, or a person and the clock, at one post in the same moment: one effect, whoever is first."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from content import services as content
from content.models import Post, Slot
from content.policy import PostKind, PostState, SlotState
from groupops.messaging.models import Delivery
from groupops.record.models import AuditEntry
from groupops.shared.errors import Refused
from tests.factories.content import PostFactory, ScheduleFactory, SlotFactory, bound
from tests.factories.groups import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROUNDS = 12
pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]
Work = Callable[[Post], object]


def approve(post: Post) -> object:
    """Of the version that was read."""
    return content.approve_post(post=post, version=post.version, by=None, at=NOW)


def edit(post: Post) -> object:
    """Another text."""
    given = {"title": "新", "kind": PostKind.TOPIC, "body": "新", "due_at": post.due_at, "by": None, "at": NOW}
    return content.edit_post(post=post, version=post.version, **given)  # type: ignore[arg-type]


def hold(post: Post) -> object:
    """Not by itself."""
    return content.hold_post(post=post, by=None, at=NOW)


def cancel(post: Post) -> object:
    """Not at all."""
    return content.cancel_post(post=post, by=None, at=NOW)


def move(post: Post) -> object:
    """Later."""
    return content.move_post(post=post, version=post.version, due_at=NOW + HOUR, by=None, at=NOW)


def send_now(post: Post) -> object:
    """By hand."""
    return content.send_post_now(post=post, by=None, at=NOW)


def release(_post: Post) -> object:
    """The tick."""
    return content.release(at=NOW)


def together(post: Post, *works: Work) -> list[str]:
    """All at once, each with the post as it was read before; `done` or the name of the refusal."""
    barrier, results = threading.Barrier(len(works)), [""] * len(works)

    def run(n: int, work: Work) -> None:
        seen = Post.objects.select_related("group", "slot").get(pk=post.pk)
        barrier.wait()
        for _try in range(20):  # a deadlock or a busy file is the database's word for "again"
            try:
                work(seen)
                results[n] = "done"
                break
            except Refused as refusal:
                results[n] = type(refusal).__name__
                break
            except OperationalError:
                continue
        connection.close()

    threads = [threading.Thread(target=run, args=(n, work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "" not in results
    return results


def scheduled() -> Post:
    """Due now, not handed over."""
    post: Post = PostFactory.create(group=bound(), state=PostState.SCHEDULED, released_at=None, due_at=NOW, created_at=NOW - HOUR)
    return post


def deliveries(post: Post) -> int:
    """How often it was handed over."""
    return Delivery.objects.filter(purpose="post", subject_id=post.pk).count()


def test_two_approvals() -> None:
    """One approves, the other is told."""
    for _n in range(ROUNDS):
        post = PostFactory.create(group=bound(), state=PostState.REVIEW, due_at=NOW + HOUR, created_at=NOW - HOUR)
        assert Counter(together(post, approve, approve)) == {"done": 1, "Stale": 1}
        assert AuditEntry.objects.filter(verb="post.approve", target_id=str(post.pk)).count() == 1


def test_approval_against_an_edit() -> None:
    """What is scheduled is what was read: an approval after the edit is stale, an edit after the approval too."""
    for _n in range(ROUNDS):
        post = PostFactory.create(group=bound(), state=PostState.REVIEW, due_at=NOW + HOUR, created_at=NOW - HOUR)
        results = together(post, approve, edit)
        post.refresh_from_db()
        assert sorted(results) == ["Stale", "done"]
        assert (post.state, post.title == "新") == ((PostState.SCHEDULED, False) if results[0] == "done" else (PostState.REVIEW, True))


@pytest.mark.parametrize(("work", "state"), [(hold, PostState.APPROVED), (cancel, PostState.CANCELLED)])
def test_an_act_against_the_release(work: Work, state: PostState) -> None:
    """Held or cancelled before it left, or it has left; a cancelling that comes later stops its delivery by the guard."""
    for _n in range(ROUNDS):
        post = scheduled()
        results = together(post, release, work)
        post.refresh_from_db()
        if post.released_at is None:
            assert (post.state, deliveries(post)) == (state, 0)
        else:
            assert deliveries(post) == 1
            assert results[1] == ("done" if work is cancel else "TooLate")
            assert post.was == ""


def test_a_move_against_the_release() -> None:
    """It leaves now, or in an hour: once."""
    for _n in range(ROUNDS):
        post = scheduled()
        results = together(post, release, move)
        assert deliveries(post) == (results[1] != "done")
        content.release(at=NOW + HOUR)
        assert deliveries(post) == 1


def test_many_releases_and_a_hand() -> None:
    """Three ticks and somebody who sends it now: one delivery."""
    for _n in range(ROUNDS):
        post = scheduled()
        together(post, release, send_now, release, release)
        assert deliveries(post) == 1


@pytest.mark.parametrize("work", [hold, cancel, edit])
def test_a_text_written_ahead_against_the_release_of_its_slot(work: Work) -> None:
    """The slot is used up once: with this text, or without one."""
    for _n in range(ROUNDS):
        group = bound()
        slot = SlotFactory.create(schedule=ScheduleFactory.create(group=group), day=NOW.date(), due_at=NOW)
        post = PostFactory.create(
            group=group, slot=slot, state=PostState.SCHEDULED, released_at=None, due_at=NOW, created_at=NOW - HOUR, kind="greeting"
        )
        together(post, release, work, release)
        content.release(at=NOW + MINUTE)
        post.refresh_from_db()
        slot = Slot.objects.get(pk=slot.pk)
        assert deliveries(post) == (post.released_at is not None)
        assert slot.state == (SlotState.RELEASED if post.released_at else SlotState.SKIPPED if work is cancel else SlotState.MISSED)
        assert Post.objects.filter(slot=slot).count() == 1


def test_a_slot_moved_against_its_release() -> None:
    """It leaves at the old time or at the new one, once."""
    for _n in range(ROUNDS):
        group = bound()
        slot = SlotFactory.create(schedule=ScheduleFactory.create(group=group), day=NOW.date(), due_at=NOW)
        anchor = PostFactory.create(group=group)

        def shift(_post: Post, slot: Slot = slot) -> object:
            return content.move_slot(slot=slot, due_at=NOW + HOUR, by=None, at=NOW - MINUTE)

        results = together(anchor, release, shift)
        content.release(at=NOW + HOUR)
        assert Post.objects.filter(slot=slot).count() == 1
        slot.refresh_from_db()
        assert (slot.state, slot.placed) == (SlotState.RELEASED, results[1] == "done")


def test_two_write_for_one_day() -> None:
    """One text; the other is an edit of it or is told."""
    for _n in range(ROUNDS):
        group = bound()
        slot = SlotFactory.create(schedule=ScheduleFactory.create(group=group), day=NOW.date(), due_at=NOW + HOUR)
        anchor = PostFactory.create(group=group)

        def ahead(_post: Post, slot: Slot = slot) -> object:
            return content.write_ahead(slot=slot, title="特别", body="特别", by=None, at=NOW)

        assert "done" in together(anchor, ahead, ahead)
        assert Post.objects.filter(slot=slot).count() == 1
