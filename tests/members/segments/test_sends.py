"""Messages to segments: each human once, within the cap, by two persons above the number, by hand where no machine can."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from groupops.groups.models import Policy
from groupops.groups.policy import Post, Scope
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared import clock
from groupops.shared.errors import Conflict, Forbidden, Invalid
from members.models import Consent, Segment, SegmentReceiver, SegmentSend
from members.segments import delivery, receiving, sending, today
from members.segments import queries as segments
from members.sending import Candidate, whom
from members.surveys.addresses import personal_url
from tests.factories.accounts import operator, viewer, volunteer
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory
from tests.factories.members import MembershipFactory, PersonFactory, SegmentFactory
from tests.factories.surveys import FieldValueFactory, MemberFormFactory, ProfileFieldFactory, SegmentReceiverFactory, SegmentSendFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SILENT = timedelta(days=40)


def silent(**values: Any) -> Any:
    """Somebody in the segment."""
    return MembershipFactory(last_spoke_at=clock.now() - SILENT, **values)


def ruled(version: int = 1, **value: int) -> None:
    """The site's policy."""
    Policy.objects.create(name="members.sends", scope=Scope.SITE, version=version, value=value, at=NOW)


def write(segment: Segment, text: str = "{{name}}，好久不见", **values: Any) -> SegmentSend:
    return sending.write(segment=segment, text=text, form=None, **({"by": operator(), "at": NOW} | values))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.booleans(), st.booleans()), max_size=12))
def test_each_human_once_and_nobody_lost(rows: list[tuple[int, bool, bool]]) -> None:
    """By the machine where it can; everybody is reached or skipped; whoever may be written to somewhere is reached."""
    found = [Candidate(n, human, may, machine) for n, (human, may, machine) in enumerate(rows)]
    chosen = whom(found)
    assert len({row.human_id for row in chosen.reached}) == len(chosen.reached)
    assert {row.human_id for row in chosen.reached} == {row.human_id for row in found if row.may}
    assert sorted([row.membership_id for row in chosen.reached] + [row.membership_id for row, _why in chosen.skipped]) == list(
        range(len(rows))
    )
    for row in chosen.reached:
        assert row.may
        assert row.by_machine or not any(other.by_machine and other.may and other.human_id == row.human_id for other in found)


def test_staged_once_a_human_each_with_words_of_their_own() -> None:
    """A merged identity is the same human; those who left, or speak, get nothing."""
    one = silent()
    silent(person=PersonFactory(merged_into=one.person))
    silent(left_at=NOW)
    MembershipFactory(last_spoke_at=clock.now())
    send = write(SegmentFactory())
    [sent] = Delivery.objects.filter(purpose="segment")
    assert (sent.operation, sent.user, sent.text) == ("send_direct", one.person.remote_id, f"{one.person.name}，好久不见")
    assert (send.size, send.state) == (1, "on_way")
    sending._stage(send, NOW)
    assert Delivery.objects.count() == 1
    assert delivery.guard(sent, at=NOW) == ""
    one.left_at = NOW
    one.save()
    assert delivery.guard(sent, at=NOW)


def test_where_no_machine_can_a_person_copies() -> None:
    """No room, or an account that no platform knows: it waits on the desk."""
    silent(group=GroupFactory())
    silent(person=PersonFactory(realm="roster", remote_id="name:王五"))
    found = receiving.of_segment(SegmentFactory(), operator(), most=10)
    assert (len(found.whom.reached), found.by_hand) == (2, 2)
    write(SegmentFactory())
    assert {row.state for row in Delivery.objects.all()} == {DeliveryState.WAITING_PERSON}


def test_the_cap_and_the_second_person() -> None:
    """Above the cap nothing; above the number it waits for somebody else; approved it is staged, and Today says so until then."""
    for _n in range(3):
        silent()
    ruled(most=2, two_person_above=2)
    segment, by, other = SegmentFactory(), operator(), operator()
    with pytest.raises(Conflict):
        write(segment, by=by)
    ruled(version=2, most=3, two_person_above=2)
    send = write(segment, by=by)
    assert (send.state, Delivery.objects.count()) == ("waiting", 0)
    assert today.source(by, NOW) == []
    assert [item.kind for item in today.source(other, NOW)] == ["review"]
    with pytest.raises(Forbidden):
        sending.approve(send=send, by=by, at=NOW)
    with pytest.raises(Forbidden):
        sending.approve(send=send, by=viewer(), at=NOW)
    sending.approve(send=send, by=other, at=NOW)
    assert Delivery.objects.filter(purpose="segment").count() == 3
    with pytest.raises(Conflict):
        sending.approve(send=send, by=other, at=NOW)


def test_stopped_means_that_what_has_not_left_does_not_leave() -> None:
    silent()
    send = write(SegmentFactory())
    assert sending.stop(send=send, by=operator(), at=NOW) == 1
    assert Delivery.objects.get().state == DeliveryState.CANCELLED
    assert delivery.guard(Delivery.objects.get(), at=NOW)
    with pytest.raises(Conflict):
        sending.stop(send=send, by=operator(), at=NOW)


def test_told_by_the_receipt_alone() -> None:
    silent()
    write(SegmentFactory())
    sent = Delivery.objects.get()
    for state, told in ((DeliveryState.SENT, True), (DeliveryState.DUE, False)):
        Delivery.objects.update(state=state)
        sent.refresh_from_db()
        delivery.settled(sent, at=NOW)
        assert (SegmentReceiver.objects.get().told_at is not None) == told


def test_with_a_form_each_gets_their_own_link() -> None:
    """The link is asked for in the text; without a form nothing fills it."""
    row = silent()
    form = MemberFormFactory(groups=[row.group], asks=[ProfileFieldFactory()])
    for text, goes_along in (("请填 {{link}}", None), ("请填", form), ("{{x}}", None), (" ", None)):
        with pytest.raises(Invalid):
            sending.demand_text(text, goes_along)
    sending.write(segment=SegmentFactory(), text="请填 {{link}}", form=form, by=operator(), at=NOW)
    sent = Delivery.objects.get()
    assert sent.text == f"请填 {personal_url(form, row.pk)}"
    form.state = "closed"
    form.save()
    assert delivery.guard(sent, at=NOW)


def test_nobody_writes_where_they_may_not_care() -> None:
    """A volunteer reaches those of their group alone; a viewer nobody."""
    mine, helper, segment = silent(), volunteer(), SegmentFactory(shared=True)
    silent()
    StaffPostFactory(group=mine.group, user=helper, post=Post.VOLUNTEER)
    assert [one.membership_id for one in receiving.of_segment(segment, helper, most=9).whom.reached] == [mine.pk]
    found = receiving.of_segment(segment, viewer(), most=9)
    assert (found.whom.reached, len(found.whom.skipped)) == ((), 2)
    with pytest.raises(Conflict):
        write(segment, by=viewer())


def test_whoever_wants_nothing_gets_nothing() -> None:
    """Said before: skipped with the reason; said since: stopped just before it leaves. A form is care, not an offer."""
    row = silent()
    write(SegmentFactory())
    Consent.objects.create(person=row.person, purpose="offers", given=False, told="chat", at=NOW)
    assert delivery.guard(Delivery.objects.get(), at=NOW)
    found = receiving.of_segment(SegmentFactory(), operator(), most=9)
    assert (found.whom.reached, [why.value for _row, why in found.whom.skipped]) == ((), ["withdrawn"])
    assert len(receiving.of_segment(SegmentFactory(), operator(), most=9, with_form=True).whom.reached) == 1


BROKEN: dict[str, Callable[[SegmentReceiver], object]] = {
    "one human twice": lambda row: SegmentReceiverFactory(send=row.send, membership=row.membership),
    "on its way unasked": lambda row: SegmentSendFactory(state="on_way"),
    "second is the first": lambda row: SegmentSendFactory(second_by=row.send.by, by=row.send.by),
    "nothing said": lambda row: SegmentSendFactory(text=""),
    "state": lambda row: SegmentSendFactory(state="lost"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_database_keeps_it(broken: str) -> None:
    row = SegmentReceiverFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[broken](row)


def test_the_pages_and_the_api() -> None:
    """Preview says whom and why not, the button sends, the page shows what became of it; the same over the API."""
    row, by, segment = silent(), operator(), SegmentFactory(shared=True)
    client = Client()
    client.force_login(by)
    url = reverse("members:segment-send", args=[segment.pk])
    assert row.person.name in client.get(url).content.decode()
    preview = client.post(url, {"text": "{{name}}，你好"}).content.decode()
    assert f"{row.person.name}，你好" in preview
    assert not SegmentSend.objects.exists()
    assert client.post(url, {"text": "{{who}}", "do": "send"}).status_code == 422
    answer = client.post(url, {"text": "{{name}}，你好", "do": "send"})
    send = SegmentSend.objects.get()
    assert answer["Location"] == reverse("members:send", args=[send.pk])
    assert row.person.name in client.get(answer["Location"]).content.decode()
    assert client.post(reverse("members:send-to", args=[send.pk, "stopped"])).status_code == 302
    made = client.post(f"/api/v1/segments/{segment.pk}/send/", {"text": "在吗"}, content_type="application/json")
    assert (made.status_code, made.json()["state"]) == (201, "on_way")
    assert client.get("/api/v1/segment-sends/").json()["count"] == "2"


def test_segments_ask_fields_and_sources_but_nothing_personal() -> None:
    """?field= and ?said=; a personal field is no choice."""
    here, there = silent(), silent()
    city, phone = ProfileFieldFactory(), ProfileFieldFactory(kind="phone", personal=True)
    FieldValueFactory(membership=here, field=city)
    FieldValueFactory(membership=there, field=city, value="杭州", shown="杭州")
    FieldValueFactory(membership=there, field=phone, value="", sealed="x", shown="138***")
    by = operator()

    def found(**query: str) -> set[int]:
        return set(segments.members_of(SegmentFactory(query=query), by).values_list("pk", flat=True))

    assert found(field=str(city.pk), said="上海") == {here.pk}
    assert found(field=str(city.pk)) == found(spoke="month") == {here.pk, there.pk}
    assert found(said="杭") == {there.pk}
    assert found(field=str(phone.pk)) == set()
