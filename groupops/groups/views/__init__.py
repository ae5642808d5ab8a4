"""Pages of the groups."""

from groupops.groups.views.advice import advice, ecosystem, users
from groupops.groups.views.create import create, create_from
from groupops.groups.views.detail import detail
from groupops.groups.views.edit import edit
from groupops.groups.views.kinds import kind_edit, kind_new, kinds
from groupops.groups.views.listing import bulk, export, listing, undo
from groupops.groups.views.moments import moment_dismiss, moment_restore, moments
from groupops.groups.views.policies import policies, policy, policy_edit, policy_preview
from groupops.groups.views.posts import give_post, hand_over, post_end, posts
from groupops.groups.views.roster import roster, roster_add, roster_end, roster_undo
from groupops.groups.views.rules import base_restore, base_rules, base_rules_edit, rules, rules_edit, rules_restore

__all__ = [
    "advice",
    "base_restore",
    "base_rules",
    "base_rules_edit",
    "bulk",
    "create",
    "create_from",
    "detail",
    "ecosystem",
    "edit",
    "export",
    "give_post",
    "hand_over",
    "kind_edit",
    "kind_new",
    "kinds",
    "listing",
    "moment_dismiss",
    "moment_restore",
    "moments",
    "policies",
    "policy",
    "policy_edit",
    "policy_preview",
    "post_end",
    "posts",
    "roster",
    "roster_add",
    "roster_end",
    "roster_undo",
    "rules",
    "rules_edit",
    "rules_restore",
    "undo",
    "users",
]
