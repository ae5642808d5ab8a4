"""Groups over the API: groups, kinds, rules, posts, shifts, key moments, policies, the product's users."""

from rest_framework.viewsets import ViewSetMixin

from groupops.groups.api.groups import Groups
from groupops.groups.api.invitations import StaffInvitations
from groupops.groups.api.kinds import Kinds
from groupops.groups.api.moments import KeyMoments, ProductUsers
from groupops.groups.api.policies import Policies
from groupops.groups.api.posts import StaffPosts
from groupops.groups.api.rules import GroupRules
from groupops.groups.api.shifts import Shifts

routes: list[tuple[str, type[ViewSetMixin]]] = [
    ("groups", Groups),
    ("kinds", Kinds),
    ("group-rules", GroupRules),
    ("group-posts", StaffPosts),
    ("group-shifts", Shifts),
    ("key-moments", KeyMoments),
    ("product-users", ProductUsers),
    ("policies", Policies),
    ("staff-invitations", StaffInvitations),
]
