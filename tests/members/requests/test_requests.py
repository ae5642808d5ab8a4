"""Requests of members: one a message, told once a state, by receipt; seen by who sees the group."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from groupops.groups.policy import Post
from groupops.messaging import tasks
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Delivery
from groupops.shared import clock
from groupops.shared.errors import Conflict, Forbidden, Invalid
from members.models import MemberRequest, Membership, RequestNews, RequestSupport
from members.requesting import RequestState
from members.requests import services as requests
from tests.factories.accounts import operator, viewer, volunteer
from tests.factories.groups import NOW, StaffPostFactory
from tests.factories.inbound import StoredEventFactory
from tests.factories.members import MemberRequestFactory, MembershipFactory
from tests.factories.messaging import ConnectionFactory, bound, platform

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def room() -> tuple[Platform, Binding]:
    """A room on the fake platform."""
    fake = platform()
    return fake, bound(fake, connection=ConnectionFactory())


def someone(fake: Platform, binding: Binding, **values: object) -> Membership:
    """A member whom the platform knows."""
    row: Membership = MembershipFactory(group=binding.group, **values)
    fake.join(binding.remote_id, row.person.remote_id, row.person.name)
    return row


def test_a_message_is_one_request() -> None:
    by, row = operator(), MembershipFactory()
    event = StoredEventFactory(binding=row.group.binding)
    values = {"group": row.group, "title": "深色模式", "text": "晚上太亮", "membership": row, "event": event, "by": by, "at": NOW}
    made = requests.keep(**values)
    assert (made.state, made.supporters) == (RequestState.RECEIVED, 0)
    with pytest.raises(Conflict):
        requests.keep(**values)
    with pytest.raises(Invalid):
        requests.keep(**values | {"event": None, "membership": MembershipFactory()})
    with pytest.raises(Forbidden):
        requests.keep(**values | {"event": None, "by": viewer()})


BROKEN: dict[str, Callable[[MemberRequest], object]] = {
    "no title": lambda row: MemberRequestFactory(title=""),
    "odd state": lambda row: MemberRequestFactory(state="odd"),
    "supported twice": lambda row: [
        RequestSupport.objects.create(request=row, membership=row.membership, by=row.created_by, at=NOW) for _n in "ab"
    ],
    "told of having come in": lambda row: RequestNews.objects.create(request=row, membership=row.membership, state="received", at=NOW),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_database_keeps_it(broken: str) -> None:
    row = MemberRequestFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[broken](row)


def test_whoever_wishes_for_it_is_told_once_a_state_by_receipt() -> None:
    (fake, binding), by = room(), operator()
    row = MemberRequestFactory(membership=someone(fake, binding))
    gone = someone(fake, binding, left_at=clock.now())
    for member in (someone(fake, binding), gone):
        requests.support(request=row, membership=member, by=by, at=clock.now())
    assert not requests.support(request=row, membership=gone, by=by, at=clock.now())
    assert requests.move(request=row, to=RequestState.PLANNED, answer="下个月", by=by, at=clock.now()) == 2
    assert requests.move(request=row, to=RequestState.PLANNED, answer="下个月", by=by, at=clock.now()) == 0
    tasks.deliver()
    assert RequestNews.objects.filter(told_at__isnull=False).count() == 2
    assert all("已排期" in text and "下个月" in text for text in Delivery.objects.values_list("text", flat=True))
    requests.move(request=row, to=RequestState.RECEIVED, answer="", by=by, at=clock.now())
    assert requests.move(request=row, to=RequestState.PLANNED, answer="", by=by, at=clock.now()) == 0, "nobody hears it twice"
    row.refresh_from_db()
    assert row.supporters == 2


def test_old_news_are_not_told() -> None:
    (fake, binding), by = room(), operator()
    row = MemberRequestFactory(membership=someone(fake, binding))
    requests.move(request=row, to=RequestState.PLANNED, answer="", by=by, at=clock.now())
    requests.move(request=row, to=RequestState.SHIPPED, answer="", by=by, at=clock.now())
    tasks.deliver()
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "sent"]


def test_pages() -> None:
    row, client = MembershipFactory(person__name="小周"), Client()
    event = StoredEventFactory(binding=row.group.binding, text="希望支持深色模式", user_name="小周")
    client.force_login(operator())
    new = reverse("members:request-new", args=[row.group_id])
    assert "希望支持深色模式" in client.get(f"{new}?event={event.pk}").content.decode()
    assert client.post(new, {"title": "深色模式", "name": "没有的人"}).status_code == 422
    page = client.post(f"{new}?event={event.pk}", {"title": "深色模式", "name": "小周"})["Location"]
    assert MemberRequest.objects.get().membership == row
    client.post(page, {"state": "declined", "answer": "与定位不符"})
    assert "与定位不符" in client.get(page).content.decode()
    assert "深色模式" in client.get(f"{reverse('members:requests')}?state=declined").content.decode()
    assert "深色模式" not in client.get(f"{reverse('members:requests')}?state=planned").content.decode()
    assert "深色模式" in client.get(reverse("members:profile", args=[row.person_id])).content.decode()


def test_a_volunteer_sees_only_the_own_group() -> None:
    mine, other, helper, client = MemberRequestFactory(title="甲"), MemberRequestFactory(title="乙"), volunteer(), Client()
    StaffPostFactory(group=mine.group, user=helper, post=Post.VOLUNTEER)
    client.force_login(helper)
    text = client.get(reverse("members:requests")).content.decode()
    assert ">甲<" in text
    assert ">乙<" not in text
    assert client.get(reverse("members:request", args=[other.pk])).status_code == 404
