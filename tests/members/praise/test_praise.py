"""Who helped others is praised once a person and week, by hand or by a message that leaves like every other."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groupops.groups.policy import Lifecycle, ValueRefused
from groupops.messaging import tasks
from groupops.messaging.models import Delivery
from groupops.shared import clock
from groupops.shared.errors import Conflict, Forbidden, Invalid
from members.models import CareTask, Colleague, Membership
from members.praise import services as praise
from members.praise.today import source
from members.praising import Helped, PraiseRule, chosen, week_of
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW
from tests.factories.members import MembershipFactory, QuestionFactory
from tests.factories.messaging import ConnectionFactory, bound, platform

HELPED = st.tuples(st.integers(1, 30), st.integers(1, 3), st.integers(1, 8), st.integers(1, 9))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(HELPED, max_size=8), st.integers(0, 5), st.integers(1, 3), st.sets(st.integers(1, 8), max_size=3))
def test_each_human_once_no_more_than_the_rule_and_never_below_it(
    helped: list[tuple[int, int, int, int]], least: int, most: int, praised: set[int]
) -> None:
    rules = dict.fromkeys((1, 2, 3), PraiseRule(answers=least, most=most))
    found = chosen([Helped(*one) for one in helped], rules, praised, {1: 1})
    humans = [one.person_id for one in found]
    assert len(humans) == len(set(humans))
    assert not praised & set(humans)
    assert all(one.answers >= least > 0 for one in found)
    for group in rules:
        assert sum(one.group_id == group for one in found) <= max(most - (group == 1), 0)


def test_a_draft_names_only_what_is_filled_in() -> None:
    with pytest.raises(ValueRefused):
        PraiseRule(text="谢谢 {{nobody}}")
    with pytest.raises(ValueRefused):
        PraiseRule(text=" ")


def helper(times: int = 3, *, membership: Membership | None = None, days: float = 1) -> Membership:
    """A member who answered others so often."""
    row = membership or MembershipFactory(person__name="热心肠", group__lifecycle=Lifecycle.ACTIVE)
    if row.group.lifecycle != Lifecycle.ACTIVE:
        row.group.lifecycle = Lifecycle.ACTIVE
        row.group.save()
    at = NOW - timedelta(days=days)
    for _n in range(times):
        asker = MembershipFactory(group=row.group)
        QuestionFactory(membership=asker, asked_at=at, last_asked_at=at, state="answered", how="reply", answered_at=at, answered_by=row)
    return row


@pytest.mark.django_db
@pytest.mark.both_databases
def test_proposed_once_a_person_and_week() -> None:
    row = helper(3)
    helper(2)
    helper(5, days=8)
    staff = helper(9)
    Colleague.objects.create(person=staff.person, user=operator(), by=operator(), at=NOW)
    assert [praise.propose(at=NOW) for _run in range(2)] == [1, 0]
    task = CareTask.objects.get()
    assert (task.membership, task.occasion) == (row, week_of(NOW))
    assert "热心肠" in task.note
    assert "3" in task.note
    helper(4, membership=MembershipFactory(person=row.person))
    assert praise.propose(at=NOW) == 0, "the same human in another group"
    helper(3, membership=row, days=-6)
    assert praise.propose(at=NOW + timedelta(days=7)) == 1, "another week"


@pytest.mark.django_db
@pytest.mark.both_databases
def test_answers_to_oneself_do_not_count() -> None:
    row = helper(2)
    at = NOW - timedelta(days=1)
    QuestionFactory(membership=row, asked_at=at, last_asked_at=at, state="answered", how="reply", answered_at=at, answered_by=row)
    assert praise.propose(at=NOW) == 0


@pytest.mark.django_db
@pytest.mark.both_databases
def test_said_by_the_outbox_it_is_done_by_the_receipt() -> None:
    fake, by = platform(), operator()
    binding = bound(fake, connection=ConnectionFactory())
    row = MembershipFactory(group=binding.group, person__name="热心肠")
    at = clock.now()
    helper(3, membership=row, days=(NOW - at).days + 1)
    assert praise.propose(at=at) == 1
    task = CareTask.objects.select_related("group").get()
    with pytest.raises(Forbidden):
        praise.say(task=task, text="谢谢", by=viewer(), at=at)
    with pytest.raises(Invalid):
        praise.say(task=task, text=" ", by=by, at=at)
    praise.say(task=task, text="谢谢 @热心肠", by=by, at=at)
    with pytest.raises(Conflict):
        praise.say(task=task, text="谢谢 @热心肠", by=by, at=at)
    tasks.deliver()
    task.refresh_from_db()
    assert (Delivery.objects.get().state, task.state) == ("sent", "done")


@pytest.mark.django_db
@pytest.mark.both_databases
def test_who_left_meanwhile_is_not_praised() -> None:
    fake, by = platform(), operator()
    binding = bound(fake, connection=ConnectionFactory())
    row = helper(3, membership=MembershipFactory(group=binding.group), days=(NOW - clock.now()).days + 1)
    praise.propose(at=clock.now())
    task = CareTask.objects.select_related("group").get()
    praise.say(task=task, text="谢谢", by=by, at=clock.now())
    Membership.objects.filter(pk=row.pk).update(left_at=clock.now())
    tasks.deliver()
    task.refresh_from_db()
    assert (Delivery.objects.get().state, task.state) == ("cancelled", "open")


@pytest.mark.django_db
def test_it_stands_in_today_and_on_its_page() -> None:
    by, client = operator(), Client()
    helper(3)
    praise.propose(at=NOW)
    task = CareTask.objects.get()
    assert [item.key for item in source(by, NOW)] == [f"praise:{task.pk}"]
    client.force_login(by)
    assert task.note in client.get(reverse("members:praises")).content.decode()
    page = reverse("members:praise", args=[task.pk])
    assert client.post(page, {"text": ""}).status_code == 422
    assert client.post(page, {"text": "谢谢"}).status_code == 302
    assert Delivery.objects.get().text == "谢谢"
    client.post(reverse("members:care-settle", args=[task.pk, "done"]))
    assert source(by, NOW) == []
