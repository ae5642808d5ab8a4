"""Questions of members, as the pipeline keeps them."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from groupops.messaging.models import Binding
from groupops.shared import secretbox
from members.asking import Cue, QuestionState
from members.caring import CareSort
from members.models import (
    CareTask,
    Consent,
    Contact,
    MemberRequest,
    Membership,
    MembershipTag,
    Newcomer,
    Note,
    Person,
    Question,
    Segment,
    Tag,
    TierChange,
)
from tests.factories.accounts import UserFactory
from tests.factories.groups import NOW
from tests.factories.inbound import StoredEventFactory
from tests.factories.messaging import BindingFactory

WORDS = "请问导出的报表打不开怎么办？"


class PersonFactory(DjangoModelFactory[Person]):
    """Somebody on the fake platform."""

    class Meta:
        model = Person

    realm = "memory"
    remote_id = factory.Sequence(lambda n: f"someone{n}")
    name = factory.Sequence(lambda n: f"群友{n}")
    named_at = NOW - timedelta(days=9)
    first_seen_at = NOW - timedelta(days=9)


class MembershipFactory(DjangoModelFactory[Membership]):
    """Somebody who is in a group with a room; whose join was seen, nine days ago."""

    class Meta:
        model = Membership

    person = factory.SubFactory(PersonFactory)
    group = factory.LazyFunction(lambda: BindingFactory().group)
    joined_at = NOW - timedelta(days=9)
    join_seen = True


class NewcomerFactory(DjangoModelFactory[Newcomer]):
    """Somebody who has just joined."""

    class Meta:
        model = Newcomer

    membership = factory.SubFactory(MembershipFactory)
    group = factory.SelfAttribute("membership.group")
    joined_at = factory.SelfAttribute("membership.joined_at")


class CareTaskFactory(DjangoModelFactory[CareTask]):
    """Something that a colleague wrote down, due now."""

    class Meta:
        model = CareTask

    membership = factory.SubFactory(MembershipFactory)
    group = factory.SelfAttribute("membership.group")
    sort = CareSort.CUSTOM
    occasion = factory.Sequence(str)
    note = "问问他最近怎么样"
    due_at = NOW
    created_at = NOW


class SegmentFactory(DjangoModelFactory[Segment]):
    """Who is silent for a month."""

    class Meta:
        model = Segment

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"沉默{n}")
    query = factory.LazyFunction(lambda: {"spoke": "month"})
    created_at = NOW


class TagFactory(DjangoModelFactory[Tag]):
    """A tag that is given by hand."""

    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"标签{n}")
    created_at = NOW


class MembershipTagFactory(DjangoModelFactory[MembershipTag]):
    """A tag on somebody."""

    class Meta:
        model = MembershipTag

    membership = factory.SubFactory(MembershipFactory)
    tag = factory.SubFactory(TagFactory)
    by = factory.SubFactory(UserFactory)
    at = NOW


class NoteFactory(DjangoModelFactory[Note]):
    """What a colleague wrote."""

    class Meta:
        model = Note

    membership = factory.SubFactory(MembershipFactory)
    text = "喜欢聊数据库"
    by = factory.SubFactory(UserFactory)
    at = NOW


class MemberRequestFactory(DjangoModelFactory[MemberRequest]):
    """Somebody wishes for dark mode."""

    class Meta:
        model = MemberRequest

    membership = factory.SubFactory(MembershipFactory)
    group = factory.SelfAttribute("membership.group")
    title = "支持深色模式"
    created_at = NOW
    created_by = factory.SubFactory(UserFactory)
    moved_at = NOW


def _said(question: "factory.builder.Resolver") -> object:
    binding = Binding.objects.filter(group=question.membership.group).first()
    person = question.membership.person
    given = {"binding": binding} if binding else {}
    return StoredEventFactory(
        **given, text=question.text, occurred_at=question.asked_at, remote_user=person.remote_id, user_name=person.name, person_id=person.pk
    )


class QuestionFactory(DjangoModelFactory[Question]):
    """An open question, asked just now and due in an hour; `text` is what was said."""

    class Meta:
        model = Question
        exclude = ("text",)

    text = WORDS
    membership = factory.SubFactory(MembershipFactory)
    group = factory.SelfAttribute("membership.group")
    asked_at = NOW
    last_asked_at = factory.SelfAttribute("asked_at")
    due_at = factory.LazyAttribute(lambda question: question.asked_at + timedelta(hours=1))
    cue = Cue.REQUEST
    state = QuestionState.OPEN
    event = factory.LazyAttribute(_said)


class TierChangeFactory(DjangoModelFactory[TierChange]):
    """Somebody who was judged for the first time."""

    class Meta:
        model = TierChange

    membership = factory.SubFactory(MembershipFactory)
    group = factory.SelfAttribute("membership.group")
    day = NOW.date()
    at = NOW
    tier = "ordinary"
    score = 13
    why = "first"


class ContactFactory(DjangoModelFactory[Contact]):
    """A telephone number that somebody gave."""

    class Meta:
        model = Contact

    person = factory.SubFactory(PersonFactory)
    kind = "phone"
    sealed = factory.LazyFunction(lambda: secretbox.seal({"value": "13800138000"}))
    shown = "13***00"
    digest = factory.Sequence(lambda n: f"digest{n}")
    origin = "member"
    at = NOW


class ConsentFactory(DjangoModelFactory[Consent]):
    """Somebody agrees to news."""

    class Meta:
        model = Consent

    person = factory.SubFactory(PersonFactory)
    purpose = "news"
    given = True
    told = "chat"
    at = NOW
