"""Verdicts of a group, and a model of invented ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from groupops.groups.models import Group
from moderation.detection.model import Model
from moderation.detection.training import Example, train
from moderation.policy import CaseState
from tests.factories.groups import NOW
from tests.factories.members import MembershipFactory
from tests.factories.moderation import CaseFactory, DecisionFactory
from tests.moderation.detection.test_model import EXAMPLES

Judge = Callable[..., None]


@pytest.fixture(scope="session")
def bold() -> Model:
    """A model that may act alone from .5."""
    return replace(train(EXAMPLES), queue=0.3, automatic=0.5)


@pytest.fixture
def judge() -> Judge:
    """A person judges these messages of a group, each as a case of its own."""

    def judged(group: Group, examples: list[Example], at: datetime = NOW) -> None:
        member = MembershipFactory(group=group)
        for each in examples:
            state = CaseState.PUNISHED if each.offence else CaseState.CLEAN
            case = CaseFactory(membership=member, state=state, state_at=at, said=each.text)
            DecisionFactory(case=case, verdict="punish" if each.offence else "clean", at=at)

    return judged
