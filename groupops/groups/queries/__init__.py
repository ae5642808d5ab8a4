"""Reads of the groups, shared by pages, API and other apps."""

from groupops.groups.queries.advice import AdviceBoard, advice_board
from groupops.groups.queries.groups import day_numbers, first_days, listing, message_counts, size_ranges
from groupops.groups.queries.history import last_change
from groupops.groups.queries.invitations import INVITATION_STATES, staff_invitations
from groupops.groups.queries.policies import (
    Effect,
    Override,
    effective,
    effects,
    history,
    instance,
    names,
    overrides,
    policies_for,
    policies_of,
    policy,
    policy_class,
    several_for,
    shown,
    title_of,
    value_at,
)
from groupops.groups.queries.posts import holders, staffing_of
from groupops.groups.queries.product import current_users
from groupops.groups.queries.roster import duty_of, on_duty, on_duty_in, roster, shifts_at
from groupops.groups.queries.rules import base_rules, current_rules, template_for, versions
from groupops.groups.queries.traffic import has_roster, heat_of

__all__ = [
    "INVITATION_STATES",
    "AdviceBoard",
    "Effect",
    "Override",
    "advice_board",
    "base_rules",
    "current_rules",
    "current_users",
    "day_numbers",
    "duty_of",
    "effective",
    "effects",
    "first_days",
    "has_roster",
    "heat_of",
    "history",
    "holders",
    "instance",
    "last_change",
    "listing",
    "message_counts",
    "names",
    "on_duty",
    "on_duty_in",
    "overrides",
    "policies_for",
    "policies_of",
    "policy",
    "policy_class",
    "roster",
    "several_for",
    "shifts_at",
    "shown",
    "size_ranges",
    "staff_invitations",
    "staffing_of",
    "template_for",
    "title_of",
    "value_at",
    "versions",
]
