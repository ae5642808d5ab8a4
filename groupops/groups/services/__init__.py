"""Every write of the groups."""

from groupops.groups.services.assessment import assess
from groupops.groups.services.groups import NameTaken, create_group, update_group
from groupops.groups.services.invitations import accept_staff_invitation, invite_staff, open_invitation, revoke_invitation
from groupops.groups.services.kinds import create_kind, update_kind
from groupops.groups.services.lifecycle import BulkResult, MoveRefused, set_lifecycle, set_lifecycle_of, undo_lifecycle
from groupops.groups.services.moments import record_moment, set_dismissed
from groupops.groups.services.policies import set_policy
from groupops.groups.services.posts import PostRefused, end_post, give_post, hand_over
from groupops.groups.services.product import record_users
from groupops.groups.services.roster import RosterRefused, change_shift, put_back_on_duty, put_on_duty, take_off_duty
from groupops.groups.services.rules import publish_rules, restore_rules
from groupops.groups.services.traffic import watch_traffic
from groupops.groups.services.versions import Stale

__all__ = [
    "BulkResult",
    "MoveRefused",
    "NameTaken",
    "PostRefused",
    "RosterRefused",
    "Stale",
    "accept_staff_invitation",
    "assess",
    "change_shift",
    "create_group",
    "create_kind",
    "end_post",
    "give_post",
    "hand_over",
    "invite_staff",
    "open_invitation",
    "publish_rules",
    "put_back_on_duty",
    "put_on_duty",
    "record_moment",
    "record_users",
    "restore_rules",
    "revoke_invitation",
    "set_dismissed",
    "set_lifecycle",
    "set_lifecycle_of",
    "set_policy",
    "take_off_duty",
    "undo_lifecycle",
    "update_group",
    "update_kind",
    "watch_traffic",
]
