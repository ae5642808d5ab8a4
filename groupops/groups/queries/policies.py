"""The policy store, asked: which value counts where. The nearest scope wins as a whole: site → kind → group."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from groupops.groups.models import Group, Kind, Policy
from groupops.groups.policy import Lifecycle, Scope, Setting, build, describe, dump
from groupops.shared.errors import Invalid

Place = tuple[int | None, int | None]  # (kind, group): (None, None) is the site


class UnknownPolicy(Invalid):
    """No policy of this name exists."""


def names() -> list[str]:
    """Every policy that can be set."""
    return sorted(settings.POLICIES)


@cache
def policy_class(name: str) -> type[Any]:
    """The dataclass of a policy. Raises UnknownPolicy."""
    path = settings.POLICIES.get(name)
    if path is None:
        raise UnknownPolicy(_("There is no policy of this name."), field="name")
    found: type[Any] = import_string(path)
    return found


def title_of(name: str) -> str | Promise:
    """A policy's name for people: its dataclass's `title`, else its technical name."""
    title: str | Promise = getattr(policy_class(name), "title", name)
    return title


def shown(value: Any) -> list[tuple[str | Promise, Any]]:
    """A policy's value as (label, value with its unit) pairs."""
    return [(item.label, _with_unit(getattr(value, item.name), item)) for item in describe(type(value))]


def _with_unit(value: Any, item: Setting) -> Any:
    if item.type is bool:
        return _("yes") if value else _("no")
    if item.told:
        return item.told(value)
    return f"{value} {item.unit}" if item.unit else value


def newest(rows: QuerySet[Policy]) -> QuerySet[Policy]:
    """Of `rows` the newest version per name and place."""
    newer = Policy.objects.alias(k=Coalesce("kind", 0), g=Coalesce("group", 0)).filter(
        name=OuterRef("name"), k=OuterRef("k"), g=OuterRef("g"), version__gt=OuterRef("version")
    )
    return rows.alias(k=Coalesce("kind", 0), g=Coalesce("group", 0)).filter(~Exists(newer))


def instance(cls: type[Any], value: Mapping[str, Any] | None) -> Any:
    """A stored value as its dataclass; fields that came or went since it was stored are forgiven."""
    known = {item.name for item in describe(cls)}
    return build(cls, {name: part for name, part in (value or {}).items() if name in known})


def policy(name: str, *, group: Group | None = None, kind: Kind | None = None) -> Any:
    """The value that counts for a group, a kind or (neither given) the whole site: an instance of the policy's dataclass."""
    kind_id = group.kind_id if group else kind.pk if kind else None
    return _nearest(policy_class(name), _stored(name)[name], kind_id, group.pk if group else None)


def policies_for(name: str, groups: Iterable[Group]) -> dict[int, Any]:
    """The value that counts for each group, by its pk; one query for the whole list."""
    [found] = several_for([name], groups)
    return found


def policies_of(name: str, group_ids: Iterable[int]) -> dict[int, Any]:
    """`policies_for` of groups that are known by their pks. Two queries."""
    return policies_for(name, Group.objects.filter(pk__in=group_ids).only("pk", "kind_id"))


def several_for(wanted: Sequence[str], groups: Iterable[Group]) -> list[dict[int, Any]]:
    """`policies_for` of several policies, in the order of their names; one query for all of them. Asked for every batch that is sent."""
    stored, places = _stored(*wanted), list(groups)
    return [_spread(policy_class(name), stored[name], places) for name in wanted]


def _spread(cls: type[Any], stored: dict[Place, dict[str, Any]], groups: list[Group]) -> dict[int, Any]:
    values = {place: instance(cls, value) for place, value in stored.items()}
    default = instance(cls, None)
    return {group.pk: next((values[place] for place in _places(group.kind_id, group.pk) if place in values), default) for group in groups}


def _stored(*names: str) -> dict[str, dict[Place, dict[str, Any]]]:
    """By name the values in force of every place of these policies: few rows, people set them by hand."""
    found: dict[str, dict[Place, Any]] = {name: {} for name in names}
    for name, kind, group, value in Policy.objects.filter(name__in=names).order_by("version").values_list("name", "kind", "group", "value"):
        found[name][kind, group] = value  # the newest last
    return {name: {place: value for place, value in places.items() if value is not None} for name, places in found.items()}


def _nearest(cls: type[Any], stored: dict[Place, dict[str, Any]], kind: int | None, group: int | None) -> Any:
    return instance(cls, next((stored[place] for place in _places(kind, group) if place in stored), None))


def _places(kind: int | None, group: int | None) -> list[Place]:
    """From the nearest to the site."""
    return [(None, group), (kind, None), (None, None)] if group else [(kind, None), (None, None)]


def effective(group: Group) -> list[tuple[str, str | Promise, Any, Scope | None]]:
    """Every policy as it counts for a group: (name, title, value, the scope it comes from; None is the seeded default)."""
    rows = newest(Policy.objects.filter(name__in=names())).filter(
        Q(scope=Scope.SITE) | Q(kind=group.kind_id) | Q(group=group), value__isnull=False
    )
    found: dict[str, dict[Scope, Any]] = {name: {} for name in names()}
    for name, scope, value in rows.values_list("name", "scope", "value"):
        if value is not None:
            found[name][Scope(scope)] = value
    return [_effective(name, places) for name, places in found.items()]


def _effective(name: str, places: dict[Scope, Any]) -> tuple[str, str | Promise, Any, Scope | None]:
    scope = next((scope for scope in (Scope.GROUP, Scope.KIND, Scope.SITE) if scope in places), None)
    return name, title_of(name), shown(instance(policy_class(name), places[scope] if scope else None)), scope


def value_at(name: str, *, kind: Kind | None = None, group: Group | None = None) -> Policy | None:
    """The newest version set at exactly this place; None where nothing ever was. Its value is None where it was taken back."""
    return Policy.objects.filter(name=name, kind=kind, group=group).select_related("by").order_by("-version").first()


def history(name: str, *, kind: Kind | None = None, group: Group | None = None) -> QuerySet[Policy]:
    """Every version at one place, newest first."""
    return Policy.objects.filter(name=name, kind=kind, group=group).select_related("by").order_by("-version")


@dataclass(frozen=True)
class Override:
    """A place below the site that has a value of its own."""

    row: Policy
    value: Any


def overrides(name: str) -> list[Override]:
    """The values in force below the site, kinds before groups."""
    rows = newest(Policy.objects.filter(name=name)).exclude(value=None).exclude(scope=Scope.SITE)
    found = rows.select_related("kind", "group", "by").order_by("group__name", "kind__position")
    cls = policy_class(name)
    return sorted((Override(row, instance(cls, row.value)) for row in found), key=lambda item: item.row.scope != Scope.KIND)


@dataclass(frozen=True)
class Effect:
    """What a change of a policy would mean for one group: (label, old, new) of each part that differs."""

    group: Group
    changes: list[tuple[str | Promise, Any, Any]]


def effects(name: str, *, value: Mapping[str, Any] | None, kind: Kind | None = None, group: Group | None = None) -> list[Effect]:
    """Which groups (archived ones apart) a new value at a place would change, and how. Two queries. Raises ValueRefused."""
    cls, now = policy_class(name), _stored(name)[name]
    place: Place = (kind.pk if kind else None, group.pk if group else None)
    then = {key: kept for key, kept in now.items() if key != place}
    if value is not None:
        then[place] = dump(build(cls, value))
    groups = Group.objects.exclude(lifecycle=Lifecycle.ARCHIVED).order_by("name")
    found = [Effect(one, _changes(cls, *(_nearest(cls, stored, one.kind_id, one.pk) for stored in (now, then)))) for one in groups]
    return [effect for effect in found if effect.changes]


def _changes(cls: type[Any], old: Any, new: Any) -> list[tuple[str | Promise, Any, Any]]:
    items = [(item, getattr(old, item.name), getattr(new, item.name)) for item in describe(cls)]
    words = [(item.label, item.told or (lambda value: value), before, after) for item, before, after in items if before != after]
    return [(label, told(before), told(after)) for label, told, before, after in words]
