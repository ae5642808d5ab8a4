"""What is known of the members of a batch, asked once."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from groupops.groups.models import Group
from members.models import Membership
from moderation import queries
from moderation.models import Case
from moderation.policy import OPEN, CaseState, LadderRule
from moderation.queries.standing import INCIDENT


@dataclass
class Standing:
    """What is asked once for a batch."""

    members: dict[int, Membership]
    rules: dict[int, LadderRule]
    strikes: Counter[tuple[int, str]]
    posts: set[int]
    open: dict[tuple[int, str], Case]
    recent: dict[tuple[int, str], Case]
    dealt: Counter[int]

    @classmethod
    def of(cls, pks: Collection[int], at: datetime) -> "Standing":
        """Seven queries."""
        members = Membership.objects.select_related("person", "group__kind").in_bulk(pks)
        groups: dict[int, Group] = {row.group_id: row.group for row in members.values()}
        rows = Case.objects.select_for_update(of=("self",)).select_related("group__kind", "membership__person").filter(membership__in=pks)
        fresh = Q(state=CaseState.PUNISHED, state_at__gt=at - INCIDENT)
        found = list(rows.filter(Q(state__in=OPEN) | fresh).order_by("pk"))
        return cls(
            members,
            queries.ladder_rules(groups.values()),
            queries.standings(pks, at),
            queries.holders(pks),
            {(case.membership_id, case.offence): case for case in found if case.state in OPEN},
            {(case.membership_id, case.offence): case for case in found if case.state not in OPEN},
            Counter(queries.dealt_with(groups, at)),
        )
