"""Fields of the profile, forms, answers; messages to segments."""

from collections.abc import Sequence
from typing import Any

import factory
from factory.django import DjangoModelFactory

from groupops.groups.models import Group
from groupops.shared import links
from members.models import (
    AnswerImport,
    FieldValue,
    FormAnswer,
    MemberForm,
    MemberFormField,
    MemberFormGroup,
    ProfileField,
    SegmentReceiver,
    SegmentSend,
)
from tests.factories.accounts import UserFactory
from tests.factories.groups import NOW, GroupFactory
from tests.factories.members import MembershipFactory


class ProfileFieldFactory(DjangoModelFactory[ProfileField]):
    """A text that need not be filled in."""

    class Meta:
        model = ProfileField

    name = factory.Sequence(lambda n: f"字段{n}")
    kind = "text"
    created_at = NOW


class MemberFormFactory(DjangoModelFactory[MemberForm]):
    """A form that is open; `groups` it asks, `asks` the fields in order."""

    class Meta:
        model = MemberForm
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"信息收集{n}")
    state = "open"
    key = factory.LazyFunction(links.new_key)
    created_at = NOW

    @factory.post_generation
    def groups(self: MemberForm, create: bool, given: Sequence[Group] | None, **_more: Any) -> None:
        """The groups."""
        for group in given or []:
            MemberFormGroup.objects.create(form=self, group=group)

    @factory.post_generation
    def asks(self: MemberForm, create: bool, given: Sequence[ProfileField] | None, **_more: Any) -> None:
        """The fields, in order."""
        for n, field in enumerate(given or [], 1):
            MemberFormField.objects.create(form=self, field=field, position=n)


class FormAnswerFactory(DjangoModelFactory[FormAnswer]):
    """An answer of a member."""

    class Meta:
        model = FormAnswer

    membership = factory.SubFactory(MembershipFactory)
    group = factory.SelfAttribute("membership.group")
    form = factory.LazyAttribute(lambda answer: MemberFormFactory(groups=[answer.group]))
    form_version = 1
    single = True
    state = "matched"
    at = NOW


class FieldValueFactory(DjangoModelFactory[FieldValue]):
    """What a member said."""

    class Meta:
        model = FieldValue

    membership = factory.SubFactory(MembershipFactory)
    field = factory.SubFactory(ProfileFieldFactory)
    value = "上海"
    shown = "上海"
    at = NOW


class SegmentSendFactory(DjangoModelFactory[SegmentSend]):
    """A message that waits for a second person."""

    class Meta:
        model = SegmentSend

    title = "沉默"
    text = "{{name}}，好久不见"
    state = "waiting"
    needs_second = True
    size = 1
    by = factory.SubFactory(UserFactory)
    at = NOW


class SegmentReceiverFactory(DjangoModelFactory[SegmentReceiver]):
    """Somebody whom a message is for."""

    class Meta:
        model = SegmentReceiver

    send = factory.SubFactory(SegmentSendFactory)
    membership = factory.SubFactory(MembershipFactory)
    human = factory.SelfAttribute("membership.person")
    by_machine = True


class AnswerImportFactory(DjangoModelFactory[AnswerImport]):
    """A table of a form tool that is to be looked at."""

    class Meta:
        model = AnswerImport

    group = factory.SubFactory(GroupFactory)
    name = "问卷星.xlsx"
    digest = factory.Sequence(lambda n: f"digest{n}")
    header = factory.LazyFunction(lambda: ["昵称", "城市"])
    by = factory.SubFactory(UserFactory)
    at = NOW
