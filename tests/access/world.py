"""Two groups with one of everything in each: `own`, which the volunteer owns, and `foreign`, of which they know nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore

from groupops.accounts import services as accounts
from groupops.accounts.models import User
from groupops.accounts.policy import Role, Scope
from groupops.groups import services as groups
from groupops.groups.models import KeyMoment, Policy, RosterShift, RuleSet
from groupops.groups.policy import Post
from groupops.groups.policy import Scope as PolicyScope
from groupops.messaging.models import Limit, Pause, Refusal
from groupops.messaging.policy import DeliveryState
from groupops.record import services as record
from members.invitations import addresses
from members.joining.places import place_url
from members.joining.services import keep_picture
from members.models import Colleague, Erasure, ImportRow, Intake, Leave, Membership, Person, PersonExport, PersonMerge, RosterImport, Source
from members.surveys import addresses as forms
from members.sweep import queries as sweeping
from moderation import addresses as appealing
from tests.factories import accounts as people
from tests.factories.content import PlanLineFactory, PostFactory, ScheduleFactory, SlotFactory, delivery_of
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory
from tests.factories.inbound import StoredEventFactory
from tests.factories.inviting import CampaignFactory, InvitationFactory, ProofFactory
from tests.factories.joining import JoinCodeFactory, WaitingFactory, png
from tests.factories.members import (
    CareTaskFactory,
    ConsentFactory,
    ContactFactory,
    MemberRequestFactory,
    MembershipFactory,
    NewcomerFactory,
    NoteFactory,
    PersonFactory,
    QuestionFactory,
    SegmentFactory,
    TagFactory,
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
    QueueViewFactory,
    RaidJoinFactory,
    RehearsedCaseFactory,
    RuleFactory,
    StrikeFactory,
    WordListFactory,
)
from tests.factories.sandbox import bare
from tests.factories.surveys import (
    AnswerImportFactory,
    FieldValueFactory,
    FormAnswerFactory,
    MemberFormFactory,
    ProfileFieldFactory,
    SegmentReceiverFactory,
)
from tests.factories.sweep import SweepCaseFactory

ROLES: dict[str, Callable[[], User]] = {
    "viewer": people.viewer,
    "volunteer": people.volunteer,
    "admin": people.admin,
    "operator": people.operator,
    "founder": people.founder,
}


class World:
    """The people by role, and the objects of both groups by the names that tests/access/matrix.py uses."""

    def __init__(self) -> None:
        self.users: dict[str, User | AnonymousUser] = {"anonymous": AnonymousUser()} | {role: make() for role, make in ROLES.items()}
        RuleSet.objects.create(group=None, version=99, text="基础群规", at=NOW)
        self.own = _group(self.users["volunteer"])
        self.foreign = _group(people.founder())

    def objects(self, role: str, *, own: bool) -> dict[str, Any]:
        """The objects that a role asks for; `mine` is their own user and their own token."""
        objects = dict(self.own if own else self.foreign)
        user = self.users[role]
        if own and isinstance(user, User):
            accounts.create_token(user=user, name="t", scope=Scope.READ, expires_at=None, at=NOW)
            objects["token"] = user.tokens.get()
            objects["session"] = logged_in(user)
        return objects


def _group(owner: Any) -> dict[str, Any]:
    group = GroupFactory(owner=owner)
    connection = ConnectionFactory()
    binding = BindingFactory(group=group, connection=connection)
    schedule = ScheduleFactory(group=group)
    post = PostFactory(group=group)
    person = Person.objects.create(realm="memory", remote_id=f"p{group.pk}", name="成员", first_seen_at=NOW, named_at=NOW)
    user = people.viewer()
    asked, link = groups.invite_staff(
        name="新人", role=Role.VOLUNTEER, seats=[(group, Post.VOLUNTEER)], lasts=timedelta(days=9999), by=people.founder(), at=NOW
    )
    accounts.create_token(user=user, name="t", scope=Scope.READ, expires_at=None, at=NOW)
    return {
        "group": group,
        "kind": group.kind,
        "connection": connection,
        "binding": binding,
        "limit": Limit.objects.create(connection=connection, times=5, seconds=10),
        "refusal": Refusal.objects.create(connection=connection, operation="kick", line="不支持", at=NOW),
        "sandbox": bare(GroupFactory(owner=owner), user),
        "schedule": schedule,
        "line": PlanLineFactory(kind_of_group=group.kind),
        "slot": SlotFactory(schedule=schedule),
        "post": post,
        "delivery": delivery_of(post, DeliveryState.UNKNOWN),
        "pause": Pause.objects.create(sort="speaking", group=group, by=user, at=NOW),
        "event": StoredEventFactory(binding=binding),
        "person": person,
        "membership": (membership := Membership.objects.create(person=person, group=group, joined_at=NOW)),
        "merged": (merged := PersonFactory(merged_into=person)),
        "merge": PersonMerge.objects.create(person=merged, into=person, by=user, at=NOW),
        "stranger": MembershipFactory(group=group).person,
        "import": (brought := RosterImport.objects.create(group=group, sort="table", name="名单", digest="d", by=user, at=NOW)),
        "import_row": ImportRow.objects.create(roster_import=brought, number=1, verdict="conflict", reason="twice"),
        "note": NoteFactory(membership=membership),
        "contact": ContactFactory(person=person),
        "export": PersonExport.objects.create(person=person, by=user, at=NOW, reason="要看"),
        "erasure": Erasure.objects.create(person=person, by=user, at=NOW, due_at=NOW + timedelta(days=1), reason="要删"),
        "consent": ConsentFactory(person=person),
        "request": MemberRequestFactory(membership=membership),
        "tag": TagFactory(),
        "segment": SegmentFactory(shared=True),
        "colleague": Colleague.objects.create(person=person, user=user, by=user, at=NOW),
        "answer_import": AnswerImportFactory(group=group, by=user),
        "send": SegmentReceiverFactory(membership=membership).send,
        "field": (field := ProfileFieldFactory()),
        "form": (form := MemberFormFactory(groups=[group], asks=[field])),
        "form_link": forms.personal_link(form, membership.pk),
        "group_form_link": forms.group_link(form, group),
        "answer": FormAnswerFactory(form=form, membership=None, group=group, state="unmatched", name="谁"),
        "said": FieldValueFactory(membership=membership, field=field),
        "campaign": (campaign := CampaignFactory(groups=[group])),
        "invited": (invited := InvitationFactory(campaign=campaign)),
        "invitation_link": addresses.link_of(invited),
        "apply_link": addresses.apply_url(campaign).rsplit("/", 1)[-1],
        "proof": ProofFactory(invitation=invited, picture=keep_picture(content=png(), at=NOW)),
        "source": Source.objects.create(name=f"来源{group.pk}"),
        "code": (code := JoinCodeFactory(groups=[group])),
        "address": code.code,
        "waiting": (waiting := WaitingFactory(code=code)),
        "place": place_url(waiting).rsplit("/", 1)[-1],
        "care": CareTaskFactory(membership=membership),
        "praise": CareTaskFactory(membership=membership, sort="praise", occasion="2026-W48"),
        "newcomer": NewcomerFactory(membership=membership),
        "intake": Intake.objects.create(group=group, week=NOW.date(), due_at=NOW, created_at=NOW),
        "question": QuestionFactory(membership=membership),
        "sweep_run": (sweep_case := SweepCaseFactory(run__group=group)).run,
        "sweep_case": sweep_case,
        "sweep_link": sweeping.link_of(SweepCaseFactory(run__group=group, state="asked")),
        "rule": RuleFactory(group=group, scope="group"),
        "word_list": WordListFactory(),
        "learned": LearnedModelFactory(group=group),
        "learning": LearningFactory(group=group),
        "case": CaseFactory(membership=MembershipFactory(group=group)),
        "struck": (strike := StrikeFactory(decision__case__membership=MembershipFactory(group=group))).case,
        "strike": strike,
        "appeal": AppealFactory(strike=StrikeFactory(decision__case__membership=MembershipFactory(group=group))),
        "quarrel": QuarrelSideFactory(membership=membership).quarrel,
        "raid": RaidJoinFactory(membership=membership).raid,
        "rehearsal": RehearsedCaseFactory(membership=membership).rehearsal,
        "barred": BarredFactory(person=person, group=group),
        "queue_view": QueueViewFactory(),
        "appeal_link": appealing.link_of(strike),
        "leave": Leave.objects.create(membership=membership, since=NOW, until=NOW + timedelta(days=1)),
        "tier_change": TierChangeFactory(membership=membership),
        "staff": (staff := StaffPostFactory(group=group)),
        "shift": RosterShift.objects.create(group=group, user=staff.user, weekdays=31, start=8, end=9, since=NOW),
        "moment": KeyMoment.objects.create(sort="campaign", title="节点", on=NOW.date(), created_at=NOW),
        "rules": RuleSet.objects.create(group=group, version=1, text="群规", at=NOW),
        "policy": Policy.objects.create(name="group.size", scope=PolicyScope.GROUP, group=group, version=1, value=None, at=NOW),
        "user": user,
        "token": user.tokens.get(),
        "session": logged_in(user),
        "staff_invitation": asked,
        "staff_token": link,
        "entry": record.audit(by=None, verb="group.update", target=group, at=NOW, group_id=group.pk),
        "invitation": accounts.invitation_token(user),
    }


def logged_in(user: User) -> UserSession:
    """A browser that somebody is logged in with."""
    store = SessionStore()
    store.create()
    return UserSession.objects.create(user=user, session_key=store.session_key, ip="127.0.0.1", user_agent="Firefox Linux")
