"""Every list page costs the same number of queries for one row of everything and for thirty."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groupops.accounts import services as accounts
from groupops.accounts.policy import Role, Scope
from groupops.groups import services as groups
from groupops.groups.models import KeyMoment, Policy, ProductStage, RosterShift, RuleSet
from groupops.groups.policy import Post
from groupops.groups.policy import Scope as PolicyScope
from groupops.inbound.models import EventState
from groupops.messaging.models import Pause
from groupops.messaging.policy import DeliveryState
from groupops.record import services as record
from groupops.shared.clock import now
from members.models import Colleague, Erasure, Leave, Membership, Person, PersonExport, PersonMerge, RosterImport, Source, WelcomeRound
from tests.access.matrix import TABLE, Row
from tests.access.world import logged_in
from tests.factories.accounts import UserFactory, founder
from tests.factories.content import PlanLineFactory, PostFactory, ScheduleFactory, SlotFactory, delivery_of
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory
from tests.factories.inbound import StoredEventFactory
from tests.factories.inviting import CampaignFactory, InvitationFactory, ProofFactory
from tests.factories.joining import JoinCodeFactory, WaitingFactory
from tests.factories.members import (
    CareTaskFactory,
    ConsentFactory,
    ContactFactory,
    MemberRequestFactory,
    MembershipTagFactory,
    NewcomerFactory,
    NoteFactory,
    PersonFactory,
    QuestionFactory,
    SegmentFactory,
    TierChangeFactory,
)
from tests.factories.messaging import BindingFactory, ConnectionFactory
from tests.factories.moderation import (
    AppealFactory,
    BarredFactory,
    CaseFactory,
    LearnedModelFactory,
    LearningFactory,
    QuarrelSideFactory,
    RaidJoinFactory,
    RehearsedCaseFactory,
    RuleFactory,
    WordListFactory,
)
from tests.factories.surveys import (
    AnswerImportFactory,
    FieldValueFactory,
    FormAnswerFactory,
    MemberFormFactory,
    ProfileFieldFactory,
    SegmentReceiverFactory,
)
from tests.factories.sweep import SweepCaseFactory

pytestmark = pytest.mark.django_db
LISTS = {name: row for name, row in TABLE.items() if row.is_list}


def fill(user: Any, group: Any, count: int) -> None:
    """`count` more of everything, in the group and beside it."""
    for n in range(count):
        other, moment = BindingFactory(connection=ConnectionFactory()).group, NOW - timedelta(minutes=n)
        accounts.create_token(user=user, name="t", scope=Scope.READ, expires_at=NOW - timedelta(days=1), at=moment)
        logged_in(user)
        invited = {"name": "新人", "role": Role.VOLUNTEER, "lasts": timedelta(days=1)}
        groups.invite_staff(**invited, seats=[(group, Post.VOLUNTEER), (other, Post.ADMIN)], by=user, at=moment)
        record.audit(
            by=UserFactory(), verb="group.update", target=group, at=moment, group_id=other.pk, before={"name": "a"}, after={"name": "b"}
        )
        person = Person.objects.create(
            realm="memory", remote_id=f"{group.pk}-{n}-{count}", name=f"成员{n}", first_seen_at=NOW, named_at=NOW
        )
        membership = Membership.objects.create(person=person, group=group, joined_at=moment, last_spoke_at=moment)
        QuestionFactory(membership=membership, asked_at=moment)
        CareTaskFactory(membership=membership, sort="praise", created_at=moment)
        ContactFactory(person=person, at=moment)
        PersonExport.objects.create(person=person, by=user, at=moment, reason="要看")
        Erasure.objects.create(person=person, by=user, at=moment, due_at=moment + timedelta(days=1), reason="要删")
        ConsentFactory(person=person, at=moment)
        TierChangeFactory(membership=membership, at=moment)
        CareTaskFactory(membership=membership, due_at=moment)
        arrived = now() - timedelta(hours=n)
        NewcomerFactory(
            membership=membership,
            joined_at=arrived,
            buddy_user=UserFactory(),
            first_spoke_at=arrived,
            answered_how="staff",
            answered_at=arrived,
            answered_by=UserFactory(),
        )
        CareTaskFactory(membership=membership, sort="new_topic", due_at=arrived)
        WelcomeRound.objects.create(group=other, opened_at=arrived, due_at=arrived, size=1, state="silent", created_at=arrived)
        NoteFactory(membership=membership, at=moment)
        PersonMerge.objects.create(person=PersonFactory(merged_into=person), into=person, by=user, at=moment)
        RosterImport.objects.create(group=group, sort="table", name="名单", digest=f"{n}-{count}", by=UserFactory(), at=moment)
        MembershipTagFactory(membership=membership)
        MemberRequestFactory(membership=membership, created_at=moment)
        SegmentFactory(owner=user)
        AnswerImportFactory(group=group, at=moment)
        Colleague.objects.create(person=person, user=user, by=user, at=moment)
        SegmentReceiverFactory(membership=membership, send__at=moment)
        field = ProfileFieldFactory()
        answer = FormAnswerFactory(
            membership=membership, form=MemberFormFactory(groups=[group, other], asks=[field], created_at=moment), at=moment
        )
        FieldValueFactory(membership=membership, field=field, answer=answer, at=moment)
        Source.objects.create(name=f"来源 {count} {n}", channel="other")
        JoinCodeFactory(groups=[group, other], created_at=moment)
        ProofFactory(invitation=InvitationFactory(campaign=CampaignFactory(groups=[group], created_at=moment)), created_at=moment)
        Membership.objects.create(person=PersonFactory(), group=group, joined_at=moment, invited_by=person)
        WaitingFactory(code=JoinCodeFactory(groups=[group]), state="called", group=group, called_at=moment, created_at=moment)
        QuestionFactory(membership=membership, asked_at=moment, state="answered", how="staff", answered_at=moment, waited=60)
        review = SweepCaseFactory(run__group=other, state="in_review", state_at=moment)
        SweepCaseFactory(run=review.run, state="approved", state_at=moment)
        WordListFactory()
        LearnedModelFactory(group=group, version=count * 100 + n, state="former", by=UserFactory())
        LearnedModelFactory(group=other)
        LearningFactory(group=group, by=UserFactory())
        QuarrelSideFactory(membership__group=other, quarrel__began_at=moment)
        began = moment - timedelta(seconds=count)
        RaidJoinFactory(membership=membership, raid__ended_at=moment, raid__began_at=began, raid__last_join_at=moment)
        RehearsedCaseFactory(membership=membership, rehearsal__at=moment)
        BarredFactory(person=person, group=group, at=moment, by=user)
        CaseFactory(
            rule=RuleFactory(scope="group", group=other, changed_by=user),
            membership=review.membership,
            opened_at=moment,
            claimed_by=user,
            claimed_until=moment,
        )
        AppealFactory(strike__decision__case__membership=review.membership, strike__decision__case__key=f"{count}-{n}", at=moment)
        Leave.objects.create(membership=review.membership, since=moment, until=moment + timedelta(days=1), by=user)
        RosterShift.objects.create(group=other, user=StaffPostFactory(group=other).user, weekdays=127, start=0, end=24, since=moment)
        schedule = ScheduleFactory(group=other)
        PlanLineFactory(kind_of_group=other.kind)
        for _slot in range(2):
            SlotFactory(schedule=schedule)
        delivery_of(PostFactory(group=group, due_at=moment), DeliveryState.UNKNOWN)
        StoredEventFactory(binding=group.binding, occurred_at=moment, person_id=person.pk)
        StoredEventFactory(binding=group.binding, occurred_at=moment, state=EventState.PARKED)
        StaffPostFactory(group=group)
        KeyMoment.objects.create(sort="campaign", title=f"节点{n}", on=NOW.date(), group=other, created_at=NOW)
        version = RuleSet.objects.filter(group=group).count() + 1
        RuleSet.objects.create(group=group, version=version, text="群规", at=moment, by=UserFactory())
        Policy.objects.create(name="delivery.retry", scope=PolicyScope.GROUP, group=other, version=1, value=None, at=moment, by=user)
        Pause.objects.create(sort="speaking", group=other, by=UserFactory(), at=moment)
        ProductStage.objects.create(users=n + 1, at=moment, by=user)


def cost(client: Client, url: str) -> tuple[int, str]:
    """How many queries the page takes when asked for the second time, and what it shows."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    assert answer.status_code == 200, url
    return len(queries), answer.content.decode()


def address(name: str, row: Row, group: Any) -> str:
    """The list's address for this group; no other object can be asked for."""
    assert set(row.args.values()) <= {"group"}, f"{name}: test_query_counts.py cannot build {row.args}"
    return reverse(name, kwargs=dict.fromkeys(row.args, group.pk))


def test_lists_cost_the_same_for_one_row_and_thirty() -> None:
    """All of them in one go: building the rows is what takes time."""
    user, group = founder(), GroupFactory()
    BindingFactory(group=group)
    client = Client()
    client.force_login(user)
    fill(user, group, 1)
    urls = {name: address(name, row, group) for name, row in LISTS.items()}
    few = {name: cost(client, url) for name, url in urls.items()}
    fill(user, group, 29)
    many = {name: cost(client, url) for name, url in urls.items()}
    grown = {name: f"{few[name][0]} → {many[name][0]}" for name in LISTS if many[name][0] > few[name][0]}
    unmoved = [name for name in LISTS if len(many[name][1]) <= len(few[name][1])]
    assert (grown, unmoved) == ({}, [])
