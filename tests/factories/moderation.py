"""Rules, cases in every state with their evidence, strikes and appeals."""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from members.models import Membership
from moderation import services as moderation
from moderation.learning.asking import NONE
from moderation.models import (
    Appeal,
    Barred,
    Case,
    Decision,
    Evidence,
    LearnedModel,
    Learning,
    Quarrel,
    QuarrelSide,
    QuarrelStep,
    QueueView,
    Raid,
    RaidJoin,
    Rehearsal,
    RehearsalResult,
    RehearsedCase,
    Rule,
    Strike,
    WordList,
)
from moderation.models.rehearsals import RunState
from moderation.policy import CaseState, Offence, RuleState, Source, Verdict
from moderation.policy.quarrels import Step
from moderation.rehearsals.policy import numbers
from moderation.services import Noticed
from tests.factories.accounts import UserFactory
from tests.factories.groups import NOW, GroupFactory
from tests.factories.members import MembershipFactory, PersonFactory

ADVERT = "加微信 abc12345 领红包，日赚三千"


class WordListFactory(DjangoModelFactory[WordList]):
    """Two words."""

    class Meta:
        model = WordList

    name = factory.Sequence(lambda n: f"词库{n}")
    words = "日赚\n领红包"
    changed_at = NOW


class RuleFactory(DjangoModelFactory[Rule]):
    """A live rule of the whole site against adverts, which acts by itself."""

    class Meta:
        model = Rule

    name = factory.Sequence(lambda n: f"规则{n}")
    sort = "words"
    offence = Offence.ADVERT
    state = RuleState.LIVE
    certain = True
    explanation = "群里不发广告"
    settings = factory.LazyFunction(lambda: {"words": ["日赚"]})
    changed_at = NOW


class LearnedModelFactory(DjangoModelFactory[LearnedModel]):
    """The model that a group uses; its weights are none."""

    class Meta:
        model = LearnedModel

    group = factory.SubFactory(GroupFactory)
    version = 1
    state = "current"
    at = NOW
    verdicts = 120
    offences = 40
    queue = 0.5
    automatic = 0.97
    precision = 0.9
    recall = 0.8
    weights = b"weights"


class LearningFactory(DjangoModelFactory[Learning]):
    """Somebody asked for a model, and none came of it."""

    class Meta:
        model = Learning

    group = factory.SubFactory(GroupFactory)
    by = factory.SubFactory(UserFactory)
    at = NOW
    state = RunState.DONE
    why = NONE


class CaseFactory(DjangoModelFactory[Case]):
    """A case that waits in the queue, of one message."""

    class Meta:
        model = Case
        skip_postgeneration_save = True

    membership = factory.SubFactory(MembershipFactory)
    group = factory.SelfAttribute("membership.group")
    offence = Offence.ADVERT
    source = Source.RULE
    key = factory.Sequence(lambda n: f"case{n}")
    state = CaseState.OPEN
    state_at = NOW
    opened_at = NOW
    needs_second = factory.LazyAttribute(lambda case: case.state == CaseState.SECOND)

    @factory.post_generation
    def said(case: Case, create: bool, text: Any, **kwargs: Any) -> None:  # noqa: N805
        """What was said; False: nothing."""
        if create and text is not False:
            EvidenceFactory(case=case, text=text or ADVERT)


class EvidenceFactory(DjangoModelFactory[Evidence]):
    """A message of a case."""

    class Meta:
        model = Evidence

    case = factory.SubFactory(CaseFactory)
    event_id = factory.Sequence(lambda n: n + 1)
    offence = factory.SelfAttribute("case.offence")
    message = factory.Sequence(lambda n: f"message{n}")
    author = factory.SelfAttribute("case.membership.person.remote_id")
    text = ADVERT
    at = NOW
    day = NOW.date()


class DecisionFactory(DjangoModelFactory[Decision]):
    """Somebody found a violation."""

    class Meta:
        model = Decision

    case = factory.SubFactory(CaseFactory, state=CaseState.PUNISHED)
    verdict = Verdict.PUNISH
    by = factory.SubFactory(UserFactory)
    at = NOW
    step = 0
    acts = "群内提醒"


class StrikeFactory(DjangoModelFactory[Strike]):
    """A strike that counts for ninety days."""

    class Meta:
        model = Strike

    decision = factory.SubFactory(DecisionFactory)
    case = factory.SelfAttribute("decision.case")
    membership = factory.SelfAttribute("case.membership")
    group = factory.SelfAttribute("case.group")
    ladder = "advert"
    offence = Offence.ADVERT
    weight = 1
    at = NOW
    expires_at = factory.LazyAttribute(lambda strike: strike.at + timedelta(days=90))
    appeal_until = factory.LazyAttribute(lambda strike: strike.at + timedelta(days=20))
    key = "k" * 22


class AppealFactory(DjangoModelFactory[Appeal]):
    """An appeal that waits."""

    class Meta:
        model = Appeal

    strike = factory.SubFactory(StrikeFactory)
    text = "这不是广告，是我自己写的文章"
    at = NOW
    judged_by = factory.SelfAttribute("strike.decision.by")


class QuarrelFactory(DjangoModelFactory[Quarrel]):
    """An open quarrel with its steps."""

    class Meta:
        model = Quarrel
        skip_postgeneration_save = True

    group = factory.SubFactory(GroupFactory)
    began_at = NOW
    noticed_at = NOW
    last_at = NOW
    answers = 8

    @factory.post_generation
    def steps(row: Quarrel, create: bool, given: Any, **kwargs: Any) -> None:  # noqa: N805
        """All of them, open."""
        if create:
            QuarrelStep.objects.bulk_create([QuarrelStep(quarrel=row, step=step) for step in Step])


class QuarrelSideFactory(DjangoModelFactory[QuarrelSide]):
    """Somebody who takes part."""

    class Meta:
        model = QuarrelSide

    membership = factory.SubFactory(MembershipFactory)
    quarrel = factory.SubFactory(QuarrelFactory, group=factory.SelfAttribute("..membership.group"))
    answers = 4


class RaidFactory(DjangoModelFactory[Raid]):
    """A flood of joins that lasts."""

    class Meta:
        model = Raid

    group = factory.SubFactory(GroupFactory)
    began_at = NOW
    noticed_at = NOW
    last_join_at = NOW
    joins = 1
    least = 15
    minutes = 5


class RaidJoinFactory(DjangoModelFactory[RaidJoin]):
    """Somebody who joined in it."""

    class Meta:
        model = RaidJoin

    membership = factory.SubFactory(MembershipFactory)
    raid = factory.SubFactory(RaidFactory, group=factory.SelfAttribute("..membership.group"))
    event_id = factory.Sequence(lambda n: n + 50_000_000)
    at = NOW


class RehearsalFactory(DjangoModelFactory[Rehearsal]):
    """A rehearsal of one group that came to an end, with its result."""

    class Meta:
        model = Rehearsal
        skip_postgeneration_save = True

    group = factory.SubFactory(GroupFactory)
    days = 7
    by = factory.SubFactory(UserFactory)
    at = NOW
    state = RunState.DONE

    @factory.post_generation
    def result(row: Rehearsal, create: bool, given: Any, **kwargs: Any) -> None:  # noqa: N805
        """False: none."""
        if create and given is not False:
            values = {"since": row.at, "until": row.at, "messages": 1, "without_text": 0, "numbers": numbers([])}
            RehearsalResult.objects.create(rehearsal=row, at=row.at, **values)


class RehearsedCaseFactory(DjangoModelFactory[RehearsedCase]):
    """A case that did not happen."""

    class Meta:
        model = RehearsedCase

    membership = factory.SubFactory(MembershipFactory)
    group = factory.SelfAttribute("membership.group")
    rehearsal = factory.SubFactory(RehearsalFactory, group=factory.SelfAttribute("..group"))
    key = factory.Sequence(lambda n: f"rehearsed{n}")
    compared = "new"
    offence = Offence.ADVERT
    state = CaseState.OPEN
    held = "queue"
    step = 0
    acts = "群内提醒"
    at = NOW
    messages = 1


class BarredFactory(DjangoModelFactory[Barred]):
    """Somebody kept out of one group for good."""

    class Meta:
        model = Barred

    person = factory.SubFactory(PersonFactory)
    scope = "group"
    group = factory.SubFactory(GroupFactory)
    reason = "多次发广告"
    at = NOW
    by = factory.SubFactory(UserFactory)


class QueueViewFactory(DjangoModelFactory[QueueView]):
    """A view of somebody's."""

    class Meta:
        model = QueueView

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"视图{n}")
    query = factory.LazyFunction(lambda: {"offence": "advert"})
    created_at = NOW


_events = iter(range(10_000, 10_000_000))


def noticed(member: Membership, **values: Any) -> Noticed:
    """Something that a detector found in a message of a member."""
    event = next(_events)
    given: dict[str, Any] = {
        "event_id": event,
        "group_id": member.group_id,
        "membership_id": member.pk,
        "author": member.person.remote_id,
        "message": f"m{event}",
        "text": ADVERT,
        "at": NOW,
        "day": NOW.date(),
        "offence": Offence.ADVERT,
        "certain": True,
        "spans": ((12, 14),),
    } | values
    return Noticed(**given)


def found(member: Membership, **values: Any) -> Case:
    """The case of something that was noticed now."""
    one = noticed(member, **values)
    return moderation.notice(noticed=[one], at=one.at)[one.event_id]
