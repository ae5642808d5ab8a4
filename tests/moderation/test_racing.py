"""Many judges at one case in the same moment: one decision, one strike, everybody else is told who was faster.

A long proof: RACERS=50 CASES=1000 python -m tests.phases --only postgresql -- tests/moderation/test_racing.py
"""

import os
import threading
from collections import Counter

import pytest
from django.db import OperationalError, connection

from groupops.messaging.models import Delivery
from moderation import services as moderation
from moderation.models import Case, Decision, Strike
from moderation.policy import Verdict
from moderation.services import AlreadyDecided
from tests.factories.accounts import operator
from tests.factories.groups import NOW
from tests.factories.moderation import CaseFactory

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]
RACERS, CASES = int(os.environ.get("RACERS", "8")), int(os.environ.get("CASES", "3"))


def test_of_many_judges_one_wins_every_case() -> None:
    judges, results = [operator() for _n in range(RACERS)], Counter[str]()
    for _case in range(CASES):
        case = CaseFactory()
        gate = threading.Barrier(RACERS)
        threads = [threading.Thread(target=_judge, args=(case, n, judges[n], gate, results)) for n in range(RACERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert results["won"] == CASES
    assert results["late"] == CASES * (RACERS - 1)
    assert Decision.objects.count() == CASES
    assert Strike.objects.count() == Decision.objects.filter(verdict=Verdict.PUNISH).count()
    assert Delivery.objects.count() == sum(2 for _one in Decision.objects.filter(verdict=Verdict.PUNISH))


def _judge(case: Case, n: int, by: object, gate: threading.Barrier, results: Counter[str]) -> None:
    try:
        gate.wait(30)
        verdict = Verdict.PUNISH if n % 2 else Verdict.CLEAN
        moderation.decide(case=case, verdict=verdict, version=case.version, by=by, at=NOW)  # type: ignore[arg-type]
        results["won"] += 1
    except AlreadyDecided as refusal:
        results["late" if str(refusal) else "silent"] += 1
    except OperationalError:
        results["locked"] += 1
    finally:
        connection.close()
