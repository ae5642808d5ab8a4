"""Connections to an in-process fake platform, bindings and deliveries."""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from groupops.messaging.adapter import Operation
from groupops.messaging.degrading import Doing
from groupops.messaging.fake_platform import inprocess
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.policy import Step, key_of
from groupops.shared import clock, secretbox
from tests.factories.groups import GroupFactory

ACCOUNT = "groupops"
AS_ASKED = Doing(Step.ASKED, Operation.SEND_GROUP, "大家好")


class ConnectionFactory(DjangoModelFactory[Connection]):
    """A working account on the fake platform memory://test (start it with `platform()`); or with `credentials` of its own."""

    class Meta:
        model = Connection

    class Params:
        credentials = factory.LazyFunction(lambda: {"account": ACCOUNT, "url": "memory://test"})

    name = factory.Sequence(lambda n: f"测试渠道{n}")
    adapter = "memory"
    account = ACCOUNT
    health = Connection.Health.OK
    sealed = factory.LazyAttribute(lambda made: secretbox.seal(made.credentials))
    created_at = factory.LazyFunction(clock.now)


class BindingFactory(DjangoModelFactory[Binding]):
    """A group and its room; open the room on the platform with `room_for(binding)`."""

    class Meta:
        model = Binding

    group = factory.SubFactory(GroupFactory)
    connection = factory.SubFactory(ConnectionFactory)
    remote_id = factory.Sequence(lambda n: f"room{n}")
    remote_name = factory.SelfAttribute("group.name")
    remote_size = 2
    bound_at = factory.LazyFunction(clock.now)


class DeliveryFactory(DjangoModelFactory[Delivery]):
    """Something due for a minute, to a bound group; of purpose "test" (see the fixture `kind`)."""

    class Meta:
        model = Delivery

    purpose = "test"
    subject_id = factory.Sequence(lambda n: n + 1)
    group = factory.LazyAttribute(lambda made: BindingFactory(connection=made.connection).group)
    connection = factory.SubFactory(ConnectionFactory)
    key = factory.LazyAttribute(lambda made: key_of(made.purpose, made.subject_id, made.group.pk))
    text = factory.Sequence(lambda n: f"第{n}条")
    due_at = factory.LazyFunction(lambda: clock.now() - timedelta(minutes=1))
    created_at = factory.LazyFunction(lambda: clock.now() - timedelta(minutes=5))


def platform(name: str = "test") -> Platform:
    """A fresh in-process platform."""
    return inprocess.start(name)


def room_for(running: Platform, binding: Binding, **members: str) -> str:
    """Open the binding's room with our account and members; its id."""
    running.open_room(binding.remote_id, binding.remote_name, {ACCOUNT: "GroupOps", **members})
    return binding.remote_id


def bound(running: Platform, **values: Any) -> Binding:
    """A binding whose room is open."""
    binding = BindingFactory(**values)
    room_for(running, binding)
    return binding
