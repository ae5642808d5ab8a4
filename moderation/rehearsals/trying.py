"""What is tried instead of what is stored, checked as if it were saved, as JSON that a rehearsal keeps."""

from collections.abc import Mapping, Sequence
from typing import Any

from groupops.groups.models import Group, Kind
from groupops.groups.policy import ValueRefused, build, dump
from groupops.shared.errors import Invalid
from moderation import queries as moderation
from moderation.models import Rule, WordList
from moderation.policy import LadderRule
from moderation.rehearsals.queries import TRIED
from moderation.services import ruling

DRAFTED = ("name", "sort", *TRIED)
MOST = 10  # rules that nobody saved, in one rehearsal


def of_rule(rule: Rule, values: Mapping[str, Any]) -> dict[str, Any]:
    """Other settings of a stored rule; those that are left out stay. `rule` is changed and must not be saved. Raises Invalid."""
    given = {name: values[name] for name in TRIED if name in values}
    for name, value in given.items():
        setattr(rule, name, value)
    settings = ruling.checked(rule, list(rule.lists.all()))
    return {"rule": rule.pk, "values": given | ({"settings": settings} if "settings" in given else {})}


def of_draft(values: Mapping[str, Any], lists: Sequence[WordList] = ()) -> dict[str, Any]:
    """A rule that nobody saved, as ruling.save_rule takes it; when it begins and ends does not count for what is past. Raises Invalid."""
    given = {name: values[name] for name in DRAFTED if name in values}
    group, kind = values.get("group"), values.get("kind")
    row = Rule(**given, group=group, kind=kind)
    row.settings = ruling.checked(row, list(lists))
    return {name: getattr(row, name) for name in (*DRAFTED, "group_id", "kind_id")} | {"lists": [one.pk for one in lists]}


def of_ladder(values: Mapping[str, Any], *, group: Group | None, kind: Kind | None) -> dict[str, Any]:
    """Other ladders, caps or times; those that are left out are as they count in that place now. Raises Invalid."""
    now = dump(moderation.ladder_rule(group=group, kind=kind))
    try:
        return dump(build(LadderRule, now | dict(values)))
    except ValueRefused as refusal:
        raise Invalid(str(refusal.message), field=refusal.field) from None
