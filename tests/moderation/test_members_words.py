"""What members say to us besides the chat: an appeal by private message, a report from their page; and identities that are one human."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.models import Delivery
from groupops.shared import clock
from members.identity import services as identity
from members.models import Membership
from members.newcomers.addresses import rules_url
from moderation import queries
from moderation import services as moderation
from moderation.models import Appeal, Case, Measure, Report, Strike
from moderation.policy import Source
from tests.factories.accounts import founder
from tests.factories.groups import NOW
from tests.factories.inbound import StoredEventFactory, happened, hear
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import StrikeFactory, found

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def private(user: str, text: str, **values: object) -> None:
    """Somebody writes to us; of a room that no group is bound to."""
    StoredEventFactory(group=None, remote_group=f"two-{user}", remote_user=user, text=text, state=EventState.DROPPED, **values)


def test_a_private_message_appeals_once_and_what_cannot_be_is_answered() -> None:
    case = found(MembershipFactory(person__remote_id="song"))
    private("song", "在吗")
    private("song", "申诉：还没收到通知")
    assert moderation.read_replies(at=NOW) == 0, "they were not told yet"
    Measure.objects.update(state="done", done_at=NOW)
    assert moderation.read_replies(at=NOW) == 1
    assert moderation.read_replies(at=NOW) == 0
    appeal = Appeal.objects.get()
    assert (appeal.strike.case, appeal.text, appeal.entered_by) == (case, "还没收到通知", None)
    private("song", "申诉 再说一次", occurred_at=NOW + timedelta(minutes=1))
    private("song", "申诉", occurred_at=NOW + timedelta(minutes=2))
    private("stranger", "申诉：我也要", occurred_at=NOW)
    assert moderation.read_replies(at=NOW + timedelta(minutes=3)) == 2
    answers = list(Delivery.objects.filter(operation="send_direct", text__contains="申诉").order_by("pk").values_list("text", flat=True))
    assert sum("已收到" in text for text in answers) == 1
    assert sum("没有受理" in text for text in answers) == 2
    assert Appeal.objects.count() == 1


def test_a_private_appeal_too_late_or_too_long_says_so() -> None:
    for name, text, when in (("song", "申诉：晚了", 21), ("li", "申诉：" + "长" * 2001, 1)):
        found(MembershipFactory(person__remote_id=name))
        Measure.objects.update(state="done", done_at=NOW)
        private(name, text, occurred_at=NOW + when * DAY)
        assert moderation.read_replies(at=NOW + when * DAY) == 1
    assert Appeal.objects.count() == 0
    assert Delivery.objects.filter(text__contains="没有受理").count() == 2


def test_a_member_reports_a_message_from_their_page_a_few_times_a_day() -> None:
    room, at = BindingFactory(), clock.now()
    said = [happened(room.remote_id, "li", f"你们都是骗子 {n}", message=f"m{n}", occurred_at=at) for n in range(7)]
    hear(room, happened(room.remote_id, "song", "大家好", occurred_at=at), *said, at=at)
    member = Membership.objects.get(person__remote_id="song")
    url, client = reverse("portal:report", args=[rules_url(member.pk).rstrip("/").rsplit("/", 1)[-1]]), Client()
    page = client.get(url).content.decode()
    assert ("骗子 3" in page, "大家好" in page, Case.objects.count()) == (True, False, 0)
    assert client.post(url, {"offence": "attack"}).status_code == 422
    mine = list(StoredEvent.objects.filter(group=room.group, remote_user="li").order_by("pk"))
    for event in mine[:5]:
        assert client.post(url, {"message": event.pk, "offence": "attack"}).status_code == 200
    again = [client.post(url, {"message": event.pk, "offence": "attack"}).status_code for event in (mine[0], mine[5])]
    assert again == [409, 409]
    case = Case.objects.get()
    assert (case.source, case.offence, Report.objects.count()) == (Source.REPORT, "attack", 5)
    Membership.objects.filter(pk=member.pk).update(left_at=at)
    assert client.get(url).status_code == 404


def test_strikes_of_identities_that_are_one_human_count_together_until_they_are_parted() -> None:
    first = MembershipFactory()
    second = MembershipFactory(group=first.group, person=PersonFactory())
    for row in (first, second):
        StrikeFactory(decision__case__membership=row, at=NOW - DAY)
    ladder = Strike.objects.first().ladder
    both, me = [first.pk, second.pk], founder()
    assert [queries.standings(both, NOW)[pk, ladder] for pk in both] == [1, 1]
    identity.merge(person=second.person, into=first.person, by=me, at=NOW)
    assert [queries.standings(both, NOW)[pk, ladder] for pk in both] == [2, 2]
    second.person.refresh_from_db()
    identity.part(person=second.person, by=me, at=NOW)
    assert [queries.standings(both, NOW)[pk, ladder] for pk in both] == [1, 1]


def test_the_chat_and_the_page_share_one_limit_and_whoever_is_over_it_is_told_once() -> None:
    room, at = BindingFactory(), clock.now()
    said = [happened(room.remote_id, "li", f"你们都是骗子 {n}", message=f"m{n}", occurred_at=at) for n in range(9)]
    hear(room, happened(room.remote_id, "song", "大家好", occurred_at=at), *said, at=at)

    def reported(n: int, minutes: int) -> None:
        when = at + timedelta(minutes=minutes)
        raw = {"reply_to": f"m{n}"}
        hear(
            room, happened(room.remote_id, "song", "举报", message=f"r{n}-{minutes}", reply_to=f"m{n}", raw=raw, occurred_at=when), at=when
        )

    for n in range(4):
        reported(n, 1)
    member = Membership.objects.get(person__remote_id="song")
    url, client = reverse("portal:report", args=[rules_url(member.pk).rstrip("/").rsplit("/", 1)[-1]]), Client()
    mine = list(StoredEvent.objects.filter(group=room.group, remote_user="li").order_by("pk"))
    assert client.post(url, {"message": mine[4].pk, "offence": "attack"}).status_code == 200
    told = Delivery.objects.filter(purpose="report")
    assert (Report.objects.count(), told.count()) == (5, 0)
    for n in (5, 6, 0):
        reported(n, 2)
    assert client.post(url, {"message": mine[5].pk, "offence": "attack"}).status_code == 409
    assert (Report.objects.count(), told.count()) == (5, 1)
    assert (told.get().user, told.get().operation) == ("song", "send_direct")
    event = StoredEvent.objects.get(remote_message="r5-2")
    assert "5" in str(event.trace), "what became of it is said"
    reported(7, 60 * 25)
    assert Report.objects.count() == 6


def test_of_a_batch_only_so_many_reports_are_taken() -> None:
    room, at = BindingFactory(), clock.now()
    said = [happened(room.remote_id, "li", f"骗子 {n}", message=f"m{n}", occurred_at=at) for n in range(7)]
    hear(room, happened(room.remote_id, "song", "大家好", occurred_at=at), *said, at=at)
    told = [
        happened(room.remote_id, "song", "举报", message=f"r{n}", reply_to=f"m{n}", raw={"reply_to": f"m{n}"}, occurred_at=at)
        for n in range(7)
    ]
    hear(room, *told, at=at)
    assert (Report.objects.count(), Delivery.objects.filter(purpose="report").count()) == (5, 1)
