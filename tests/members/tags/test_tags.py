"""Tags by hand and by rule, notes, segments: once-only, bounded by rights, undone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from groupops.groups.policy import Post
from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Conflict, Forbidden, Invalid
from members.models import CareTask, MembershipTag, Note, Segment, Tag
from members.segments import queries, services
from members.tags import services as tags
from tests.factories.accounts import operator, viewer, volunteer
from tests.factories.groups import NOW, StaffPostFactory
from tests.factories.members import MembershipFactory, MembershipTagFactory, NoteFactory, SegmentFactory, TagFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def logged_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def test_given_once_and_only_where_one_may_care() -> None:
    mine, other, helper, tag = MembershipFactory(), MembershipFactory(), volunteer(), TagFactory()
    StaffPostFactory(group=mine.group, user=helper, post=Post.VOLUNTEER)
    result = tags.give(tag=tag, memberships=[mine, other], by=helper, at=NOW)
    assert (result.done, [name for name, _why in result.skipped]) == ([mine.pk], [other.person.name])
    again = tags.give(tag=tag, memberships=[mine], by=helper, at=NOW)
    assert (again.done, len(again.skipped), MembershipTag.objects.count()) == ([], 1, 1)
    assert AuditEntry.objects.filter(verb="tag.give", group_id=mine.group_id).count() == 1


BROKEN: dict[str, Callable[[MembershipTag, Segment], object]] = {
    "tag twice": lambda marked, segment: MembershipTagFactory(membership=marked.membership, tag=marked.tag),
    "tag name": lambda marked, segment: Tag.objects.create(name=marked.tag.name.upper(), created_at=NOW),
    "segment name": lambda marked, segment: SegmentFactory(owner=segment.owner, name="quiet"),
    "empty note": lambda marked, segment: NoteFactory(text=""),
    "no name": lambda marked, segment: TagFactory(name=""),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_database_keeps_it(broken: str) -> None:
    marked, segment = MembershipTagFactory(tag__name="vip"), SegmentFactory(name="Quiet")
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[broken](marked, segment)


def test_a_rule_gives_and_takes_by_itself_and_twice_changes_nothing() -> None:
    now = clock.now()
    silent = MembershipFactory(last_spoke_at=now - timedelta(days=40))
    MembershipFactory(last_spoke_at=now)
    MembershipFactory()  # unknown is not silent
    tag = TagFactory(rule=SegmentFactory(owner=operator()))
    assert tags.tag_by_rules(at=now) == 1
    given = MembershipTag.objects.get(tag=tag)
    assert (given.membership_id, given.by) == (silent.pk, None)
    assert tags.tag_by_rules(at=now) == 0
    silent.last_spoke_at = now
    silent.save()
    assert tags.tag_by_rules(at=now) == 1
    assert not MembershipTag.objects.exists()
    with pytest.raises(Conflict):
        tags.give(tag=tag, memberships=[silent], by=operator(), at=now)


def test_a_segment_is_counted_as_its_reader_sees_the_groups() -> None:
    row, helper = MembershipFactory(last_spoke_at=clock.now() - timedelta(days=40)), volunteer()
    MembershipFactory(last_spoke_at=clock.now() - timedelta(days=40))
    segment = SegmentFactory(shared=True)
    StaffPostFactory(group=row.group, user=helper, post=Post.VOLUNTEER)
    assert queries.count(segment, operator()) == (2, False)
    assert queries.count(segment, helper) == (1, False)
    gone = SegmentFactory(query={"tag": "999"})
    assert queries.count(gone, operator()) == (0, False)


def test_segments_are_saved_named_and_forgotten() -> None:
    by, other = operator(), operator()
    with pytest.raises(Invalid):
        services.save(name="所有人", query={}, shared=False, by=by, at=NOW)
    segment = services.save(name="沉默", query={"spoke": "month", "q": ""}, shared=True, by=by, at=NOW)
    assert segment.query == {"spoke": "month"}
    with pytest.raises(Conflict):
        services.save(name="沉默", query={"spoke": "week"}, shared=False, by=by, at=NOW)
    with pytest.raises(Forbidden):
        services.delete(segment=segment, by=other, at=NOW)
    tag = tags.create(name="要唤醒", rule=segment, by=by, at=NOW)
    with pytest.raises(Conflict, match="要唤醒"):
        services.delete(segment=segment, by=by, at=NOW)
    Tag.objects.filter(pk=tag.pk).delete()
    services.delete(segment=segment, by=by, at=NOW)
    assert not Segment.objects.exists()


def test_the_roster_tags_many_with_undo_and_writes_tasks() -> None:
    rows, tag, client = [MembershipFactory() for _n in range(2)], TagFactory(), logged_in(operator())
    pks = [row.pk for row in rows]
    page = client.post(reverse("members:act"), {"do": "give", "tag": tag.pk, "pk": pks}, follow=True)
    assert tag.name in page.content.decode()
    assert MembershipTag.objects.count() == 2
    [message] = page.context["messages"]
    client.post(str(message.extra_tags).removeprefix("undo:"))
    assert not MembershipTag.objects.exists()
    client.post(reverse("members:act"), {"do": "task", "note": "邀请来做分享", "pk": pks})
    assert CareTask.objects.filter(note="邀请来做分享").count() == 2
    assert client.post(reverse("members:act"), {"do": "task", "note": " ", "pk": pks}).status_code == 422
    assert client.post(reverse("members:act"), {"do": "give", "pk": pks}).status_code == 422


def test_views_of_the_roster() -> None:
    now, client, tag = clock.now(), logged_in(operator()), TagFactory()
    silent = MembershipFactory(last_spoke_at=now - timedelta(days=100))
    fresh = MembershipFactory(last_spoke_at=now, joined_at=now - timedelta(days=1))
    MembershipTagFactory(membership=fresh, tag=tag)
    for query, shown, hidden in [
        ("spoke=quarter", silent, fresh),
        ("spoke=week", fresh, silent),
        ("joined=week", fresh, silent),
        (f"tag={tag.pk}", fresh, silent),
    ]:
        text = client.get(f"{reverse('members:roster')}?{query}").content.decode()
        assert shown.person.name in text, query
        assert f">{hidden.person.name}<" not in text, query


def test_notes_are_ones_own_and_seen_by_who_sees_the_group() -> None:
    row, by = MembershipFactory(), operator()
    client = logged_in(by)
    client.post(reverse("members:note", args=[row.person_id]), {"membership": row.pk, "text": "喜欢聊数据库"})
    note = Note.objects.get()
    page = reverse("members:profile", args=[row.person_id])
    assert "喜欢聊数据库" in logged_in(viewer()).get(page).content.decode()
    assert logged_in(operator()).post(reverse("members:note-to", args=[note.pk, "hidden"])).status_code == 403
    client.post(reverse("members:note-to", args=[note.pk, "hidden"]))
    assert "喜欢聊数据库" not in client.get(page).content.decode()
    assert client.post(reverse("members:note", args=[row.person_id]), {"membership": row.pk, "text": ""}).status_code == 422
