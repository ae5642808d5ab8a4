"""The pages of members: the rules are read by a click or a word, once a version; the link opens for one stay; GET changes nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from groupops.groups.models import RuleSet
from groupops.groups.policy import Lifecycle
from members.arriving import Acknowledged, acknowledges
from members.models import Membership, RulesAcknowledgement
from members.newcomers import addresses
from members.newcomers import services as newcomers
from tests.factories.accounts import operator
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear
from tests.factories.members import MembershipFactory
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def member() -> Membership:
    """Somebody in a group that has rules."""
    row: Membership = MembershipFactory(person__name="小宋")
    RuleSet.objects.create(group=row.group, version=1, text="欢迎加入{{group}}！\n首次违规：群内提醒", at=NOW)
    return row


def page_of(member: Membership) -> str:
    """The address of their page of the rules."""
    return "/" + addresses.rules_url(member.pk, member.rejoins).split("/", 3)[3]


def test_reading_by_a_click(member: Membership) -> None:
    client, url = Client(enforce_csrf_checks=False), page_of(member)
    shown = client.get(url).content.decode()
    assert f"欢迎加入{member.group.name}！" in shown
    assert "小宋" in shown
    assert not RulesAcknowledgement.objects.exists()
    for _twice in range(2):
        assert client.post(url).status_code == 302
    row = RulesAcknowledgement.objects.get()
    assert (row.membership, row.rules.version, row.how, row.by) == (member, 1, Acknowledged.PAGE, None)
    assert "<form" not in client.get(url).content.decode().split("<main")[1].split("</main")[0]


def test_a_new_version_is_read_anew(member: Membership) -> None:
    Client().post(page_of(member))
    RuleSet.objects.create(group=member.group, version=2, text="新群规", at=NOW + timedelta(days=1))
    Client().post(page_of(member))
    assert sorted(RulesAcknowledgement.objects.values_list("rules__version", flat=True)) == [1, 2]


def test_the_link_opens_for_one_stay_and_a_damaged_one_never(member: Membership) -> None:
    client, url = Client(), page_of(member)
    assert client.get(url[:-3] + "xx/").status_code == 404
    assert client.get(url.replace("/rules/", "/group/")).status_code == 404
    Membership.objects.update(left_at=NOW, left_how="left")
    assert client.get(url).status_code == 404
    Membership.objects.update(left_at=None, left_how="", rejoins=1)
    assert client.get(url).status_code == 404
    member.refresh_from_db()
    assert client.get(page_of(member)).status_code == 200


def test_a_group_s_own_page(member: Membership) -> None:
    url = "/" + addresses.home_url(member.group_id).split("/", 3)[3]
    shown = Client().get(url)
    assert shown.status_code == 200
    assert all(mark in shown.content.decode() for mark in ('id="rules"', 'id="highlights"', 'id="tools"', "首次违规"))
    assert Client().post(url).status_code == 405
    member.group.lifecycle = Lifecycle.ARCHIVED
    member.group.save()
    assert Client().get(url).status_code == 404


def test_a_group_without_rules(member: Membership) -> None:
    other = MembershipFactory()
    assert Client().get(page_of(other)).status_code == 200
    assert Client().post(page_of(other)).status_code == 422


def test_reading_by_a_word_in_the_chat() -> None:
    room = BindingFactory()
    rules = RuleSet.objects.create(group=room.group, version=3, text="群规", at=NOW)
    hear(room, happened(room.remote_id, "alice", "已阅读群规 👌"), happened(room.remote_id, "bob", "群规在哪里"))
    hear(room, happened(room.remote_id, "alice", "已阅读群规"))
    row = RulesAcknowledgement.objects.get()
    assert (row.membership.person.name, row.rules, row.how) == ("Alice", rules, Acknowledged.CHAT)


@pytest.mark.parametrize(
    "text", ["已阅读群规", "我已阅读群规。", "已读群规", "@管理员 已看群规", "群规已阅", "已阅读并同意群规", "已经看完群规了"]
)
def test_words_that_count(text: str) -> None:
    assert acknowledges(text)


@pytest.mark.parametrize(
    "text", ["", "群规", "大家看下群规", "群规在哪里", "不同意群规", "我没看群规", "已阅读群规但是第三条我不同意，凭什么", "已阅读"]
)
def test_words_that_do_not(text: str) -> None:
    assert not acknowledges(text)


def test_by_hand_and_back(member: Membership) -> None:
    by = operator()
    newcomers.acknowledge(membership=member, how=Acknowledged.HAND, by=by, at=NOW)
    assert newcomers.unacknowledge(membership=member, by=by, at=NOW) == 1
    newcomers.acknowledge(membership=member, how=Acknowledged.PAGE, by=None, at=NOW)
    assert newcomers.unacknowledge(membership=member, by=by, at=NOW) == 0, "what they said themselves stays"
    row = RulesAcknowledgement.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        RulesAcknowledgement.objects.create(membership=member, rules=row.rules, at=NOW, how="page")
    with pytest.raises(IntegrityError), transaction.atomic():
        RulesAcknowledgement.objects.update(how="odd")
