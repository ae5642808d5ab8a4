"""A purpose of deliveries and a platform for every test of the messaging."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from groupops.messaging.fake_platform.platform import Platform
from tests.factories import messaging
from tests.messaging import purpose


@pytest.fixture(autouse=True)
def kinds(settings: Settings) -> Iterator[None]:
    """settings.DELIVERY_KINDS with the tests' own purpose."""
    settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
    purpose.forget()
    yield
    purpose.forget()


@pytest.fixture
def running() -> Platform:
    """A fresh in-process platform at memory://test."""
    return messaging.platform()
