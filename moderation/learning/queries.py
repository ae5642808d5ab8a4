"""The models that are in use, loaded once a process, and who may see their versions."""

import logging
from collections.abc import Collection
from functools import lru_cache

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from moderation.detection.evaluation import NEVER
from moderation.detection.model import BadModel, Model
from moderation.detection.rules import RuleKind
from moderation.models import LearnedModel, Learning, Rule
from moderation.policy import RuleState
from moderation.policy.learning import ModelState

log = logging.getLogger(__name__)
LOADED = 64  # models of four megabytes
HAS_WEIGHTS = ExpressionWrapper(Q(weights__isnull=False), output_field=BooleanField())


def in_use(group_ids: Collection[int]) -> dict[int, int]:
    """The model of each of these groups, by its pk: its own, else the base. One query."""
    rows = LearnedModel.objects.filter(Q(group__in=group_ids) | Q(group=None), state=ModelState.CURRENT)
    found: dict[int | None, int] = dict(rows.order_by().values_list("group", "pk"))
    base = found.get(None)
    chosen = {group: found.get(group, base) for group in group_ids}
    return {group: pk for group, pk in chosen.items() if pk is not None}


@lru_cache(maxsize=LOADED)
def loaded(pk: int) -> Model | None:
    """The model with this pk, which never changes; None of a damaged one: it must not stop what comes in. A base never acts alone."""
    row = LearnedModel.objects.get(pk=pk)
    try:
        model = Model.load(bytes(row.weights or b""))
    except BadModel:
        log.exception("model %s looks at nothing", pk)
        return None
    return model if row.acts_alone else model.asking(NEVER)


def base() -> tuple[LearnedModel, Model] | None:
    """The base on which groups learn, where the operator made one."""
    row = base_row()
    model = loaded(row.pk) if row else None
    return (row, model) if row and model else None


def base_row() -> LearnedModel | None:
    """The base in use, without its weights."""
    return LearnedModel.objects.filter(group=None, state=ModelState.CURRENT).defer("weights").first()


def rules_of_model(group: Group) -> list[Rule]:
    """The rules in use by which a group's model sees messages."""
    here = Q(group=group) | Q(group=None, kind=None) | Q(group=None, kind=group.kind_id)
    return list(Rule.objects.filter(here, sort=RuleKind.MODEL, state__in=[RuleState.LIVE, RuleState.REHEARSAL]).order_by("pk"))


def last_asked(group: Group) -> Learning | None:
    """The newest learning that somebody asked for."""
    return Learning.objects.filter(group=group).select_related("by", "model").defer("model__weights").order_by("-pk").first()


def learnings_for(user: User) -> QuerySet[Learning]:
    """Those of the groups in which a user moderates."""
    rows = Learning.objects.filter(access.among(user, GroupRight.MODERATE))
    return rows.select_related("group", "model").defer("model__weights")


def models_for(user: User) -> QuerySet[LearnedModel]:
    """The versions that a user may see: those of the groups in which they moderate; the base by whoever moderates somewhere."""
    rows = LearnedModel.objects.select_related("group", "by").defer("weights")
    own = rows.filter(access.among(user, GroupRight.MODERATE))
    moderates = user.has_right(Right.MANAGE_POLICY) or access.groups_with(user, GroupRight.MODERATE).exists()
    return own | rows.filter(group=None) if moderates else own
