"""The rules that count for a group, and the detector that they make: compiled once for a set of rules, kept in the process."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache

from django.db.models import Prefetch, QuerySet

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.shared.compiled import Compiled
from moderation.detection.model import Model
from moderation.detection.rules import Detector, RuleKind, RuleSpec, parse
from moderation.detection.settings import BadSettings
from moderation.models import Rule, WordList
from moderation.policy import RuleState

log = logging.getLogger(__name__)
IN_USE = (RuleState.LIVE, RuleState.REHEARSAL)
FIRST = Compiled(lambda: Rule.objects.filter(state__in=IN_USE).order_by().values_list("pk")[:1])  # asked of every batch
Version = tuple[int, int]
Key = tuple[tuple[int, int, tuple[Version, ...]], ...]


def rules_for(group_ids: Collection[int], states: Collection[RuleState] = IN_USE) -> dict[int, list[Rule]]:
    """The rules in use for each group: the site's, its kind's, its own. Four queries, one where no rule is in use."""
    if states is IN_USE and not FIRST():
        return {}
    lists = Prefetch("lists", queryset=WordList.objects.only("pk", "version").order_by("pk"))
    # Asked of every batch: what a rule looks for, up to 65,000 words, is read once, when its detector is made.
    rules = list(Rule.objects.filter(state__in=states).defer("settings").prefetch_related(lists).order_by("pk"))
    kinds = dict(Group.objects.filter(pk__in=group_ids).values_list("pk", "kind"))
    found: defaultdict[int, list[Rule]] = defaultdict(list)
    for group, kind in kinds.items():
        found[group] = [rule for rule in rules if rule.group_id in (None, group) and rule.kind_id in (None, kind)]
    return {group: here for group, here in found.items() if here}


def detector_of(rules: Iterable[Rule]) -> Detector:
    """What looks for these rules: the same for the same versions of them and their lists."""
    return _detector(tuple((rule.pk, rule.version, tuple((one.pk, one.version) for one in rule.lists.all())) for rule in rules))


def learned_of(rules: Iterable[Rule], model: Model) -> Detector:
    """The model's rules of these, over one group's model: nothing is compiled, so nothing is kept."""
    return Detector(_specs(tuple((rule.pk, rule.version) for rule in rules if rule.sort == RuleKind.MODEL)), model)


@lru_cache(maxsize=256)
def _specs(key: tuple[Version, ...]) -> list[RuleSpec]:
    rows = Rule.objects.in_bulk([pk for pk, _version in key])
    return [spec for pk, _version in key if pk in rows and (spec := _sound(rows[pk]))]


@lru_cache(maxsize=32)  # compiled automata: few sets of rules are in use at once
def _detector(key: Key) -> Detector:
    rules = Rule.objects.prefetch_related("lists").in_bulk([pk for pk, _version, _lists in key])
    return Detector([spec for pk, _version, _lists in key if pk in rules and (spec := _sound(rules[pk]))])


def _sound(rule: Rule) -> RuleSpec | None:
    """Nothing of a rule whose lists were emptied: it must not stop what comes in."""
    try:
        return spec_of(rule)
    except BadSettings:
        log.exception("rule %s looks for nothing", rule.pk)
        return None


def spec_of(rule: Rule) -> RuleSpec:
    """A rule as the detector needs it; the words of its lists stand among its own."""
    kind = RuleKind(rule.sort)
    return RuleSpec(rule.pk, kind, rule.offence, settings_of(rule))


def settings_of(rule: Rule) -> dict[str, object]:
    """Its settings, checked, with the words of its lists. Raises BadSettings."""
    kind, given = RuleKind(rule.sort), dict(rule.settings)
    if kind == RuleKind.WORDS and rule.pk:
        given["words"] = [*given.get("words", []), *(line for one in rule.lists.all() for line in one.lines)]
    return parse(kind, given)


def visible_rules(user: User) -> QuerySet[Rule]:
    """The rules that a user may see: those of the site and of kinds for everybody who moderates, a group's for its moderators."""
    mine = access.groups_with(user, GroupRight.MODERATE)
    rows = Rule.objects.select_related("kind", "group", "changed_by")
    if user.has_right(Right.MANAGE_POLICY):
        return rows
    return rows.filter(group__in=mine) | rows.filter(group=None) if mine.exists() else rows.none()


def lists_for(user: User) -> QuerySet[WordList]:
    """Word lists are the site's: for those who run it."""
    return WordList.objects.all() if user.has_right(Right.MANAGE_POLICY) else WordList.objects.none()
