"""Moderation over the API. Ladders and texts are policies: /api/v1/policies/."""

from typing import Any

from moderation.api.cases import CaseViewSet
from moderation.api.rules import RuleViewSet, WordListViewSet
from moderation.api.strikes import AppealViewSet, StrikeViewSet
from moderation.blacklist.api import BlacklistViewSet
from moderation.fairness import api as fairness
from moderation.learning import api as learning
from moderation.quarrels import api as quarrels
from moderation.raids import api as raids
from moderation.rehearsals import api as rehearsals

routes: list[tuple[str, Any]] = [
    ("cases", CaseViewSet),
    ("strikes", StrikeViewSet),
    ("appeals", AppealViewSet),
    ("moderation-rules", RuleViewSet),
    ("word-lists", WordListViewSet),
    ("blacklist", BlacklistViewSet),
    *learning.routes,
    *fairness.routes,
    *quarrels.routes,
    *raids.routes,
    *rehearsals.routes,
]
