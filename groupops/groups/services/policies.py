"""The policy store, written: one more version, never an edit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import queries
from groupops.groups.models import Group, Kind, Policy
from groupops.groups.policy import Scope, ValueRefused, build, dump
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid


class PolicyChanged(Conflict):
    """Somebody set the same policy at the same place in the same moment."""


def set_policy(
    *,
    name: str,
    scope: Scope,
    value: Mapping[str, Any] | None,
    by: User | None,
    at: datetime,
    kind: Kind | None = None,
    group: Group | None = None,
    why: str = "",
) -> Policy:
    """Set a policy's value for the site, a kind or a group; None takes the place's value back, the wider scope counts again.

    Raises UnknownPolicy, Invalid (naming the field), PolicyChanged.
    """
    cls = queries.policy_class(name)
    _demand_place(scope, kind, group)
    checked = _checked(cls, value)
    newest = queries.value_at(name, kind=kind, group=group)
    before = newest.value if newest else None
    if checked == before:
        raise Invalid(_("Nothing differs from what is set here already."))
    try:
        with transaction.atomic():
            version = newest.version + 1 if newest else 1
            row = Policy.objects.create(
                name=name, scope=scope, kind=kind, group=group, version=version, value=checked, at=at, by=by, why=why.strip()[:200]
            )
            _audit(row, before, by=by, at=at)
    except IntegrityError:
        raise PolicyChanged(_("Somebody changed this policy at the same moment. Reload the page and look again.")) from None
    return row


def _audit(row: Policy, before: Any, *, by: User | None, at: datetime) -> None:
    after = {"value": row.value, "why": row.why, "scope": row.scope, "kind": row.kind.name if row.kind else None, "version": row.version}
    record.audit(by=by, verb="policy.set", target=row, at=at, before={"value": before}, after=after, group_id=row.group_id)


def _demand_place(scope: Scope, kind: Kind | None, group: Group | None) -> None:
    wanted = {Scope.SITE: (False, False), Scope.KIND: (True, False), Scope.GROUP: (False, True)}[scope]
    if wanted != (kind is not None, group is not None):
        raise Invalid(_("The scope and what it is for do not fit."), field="scope")


def _checked(cls: type[Any], value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    try:
        return None if value is None else dump(build(cls, value))
    except ValueRefused as refused:
        raise Invalid(refused.message, field=refused.field) from None
