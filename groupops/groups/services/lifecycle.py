"""Move groups through their life: one, many, and back again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle, refusal
from groupops.record import services as record
from groupops.shared.errors import Conflict


class MoveRefused(Conflict):
    """The group cannot go from where it is to where it was sent."""


@dataclass
class BulkResult:
    """What became of many: those done with where they were before, those skipped with why."""

    done: list[tuple[Group, Lifecycle]] = field(default_factory=list)
    skipped: list[tuple[Group, str | Promise]] = field(default_factory=list)


def set_lifecycle(*, group: Group, to: Lifecycle, by: User | None, at: datetime) -> Group:
    """Move one group. Raises MoveRefused."""
    result = set_lifecycle_of(groups=[group], to=to, by=by, at=at)
    if result.skipped:
        raise MoveRefused(result.skipped[0][1])
    return result.done[0][0]


def set_lifecycle_of(*, groups: Iterable[Group], to: Lifecycle, by: User | None, at: datetime) -> BulkResult:
    """Move many groups; those that cannot go there are skipped, each with its reason."""
    result = BulkResult()
    with transaction.atomic():
        for group in _locked(group.pk for group in groups):
            if why := refusal(Lifecycle(group.lifecycle), to):
                result.skipped.append((group, why))
            else:
                result.done.append((group, _move(group, to, verb="group.lifecycle", by=by, at=at)))
    return result


def undo_lifecycle(*, moves: Mapping[int, tuple[Lifecycle, Lifecycle]], by: User | None, at: datetime) -> BulkResult:
    """Take moves back: {pk: (where it was, where it was sent)}. A group that has moved on since stays where it is."""
    result = BulkResult()
    with transaction.atomic():
        for group in _locked(moves):
            was, sent = moves[group.pk]
            if group.lifecycle == sent:
                result.done.append((group, _move(group, was, verb="group.lifecycle_undo", by=by, at=at)))
            else:
                result.skipped.append((group, _("It was moved again since.")))
    return result


def _locked(pks: Iterable[int]) -> list[Group]:
    """In sorted order: two bulk actions over the same groups cannot deadlock."""
    return list(Group.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk"))


def _move(group: Group, to: Lifecycle, *, verb: str, by: User | None, at: datetime) -> Lifecycle:
    was, group.lifecycle = Lifecycle(group.lifecycle), to
    group.save(update_fields=["lifecycle"])
    record.audit(by=by, verb=verb, target=group, at=at, before={"lifecycle": was}, after={"lifecycle": to}, group_id=group.pk)
    return was
