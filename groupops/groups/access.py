"""May this user do this to this group? The only place that answers (seed: 管理员体系设置; matrix in docs/reference/access.md)."""

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right, Role
from groupops.groups.models import Group
from groupops.groups.policy import Post
from groupops.shared.errors import Forbidden


class GroupRight(StrEnum):
    """A right on one group."""

    VIEW = "view"
    EDIT = "edit"  # settings, rules, key moments
    DRAFT = "draft"  # write posts and submit them for approval
    CONTENT = "content"  # schedules and posts, and approving what others drafted
    ANNOUNCE = "announce"  # 群公告
    MODERATE = "moderate"  # remove, mute
    CARE = "care"  # answer questions, greet newcomers: what every post is for
    MANAGE_POSTS = "manage_posts"
    BIND = "bind"  # which room the group is
    TRANSFER = "transfer"  # hand the group over
    REVEAL = "reveal"  # see one personal value of a member in full, with a reason


G = GroupRight
_ALL = frozenset(GroupRight)
# Seed: 副群主 "除群转让外的所有权限"; 管理员 "踢人、禁言、群公告"; 志愿者 "无特殊权限，但有标识".
# Drafting follows from their 职责: 管理员 "日常群运营和内容管理", 志愿者 "内容分享"; what they draft is approved by somebody with CONTENT.
BY_POST: dict[Post, frozenset[GroupRight]] = {
    Post.OWNER: _ALL,
    Post.DEPUTY: _ALL - {G.TRANSFER},
    Post.ADMIN: frozenset({G.VIEW, G.DRAFT, G.MODERATE, G.ANNOUNCE, G.CARE}),
    Post.VOLUNTEER: frozenset({G.VIEW, G.DRAFT, G.CARE}),
}
BY_ROLE: dict[Role, frozenset[GroupRight]] = {
    Role.FOUNDER: _ALL,
    Role.OPERATOR: _ALL - {G.TRANSFER},
    Role.ADMIN: frozenset({G.VIEW, G.DRAFT, G.MODERATE, G.ANNOUNCE, G.CARE}),
    Role.VOLUNTEER: frozenset(),
    Role.VIEWER: frozenset({G.VIEW}),
}
MISSING: dict[GroupRight, Promise] = {
    G.VIEW: _("You cannot see this group."),
    G.EDIT: _("Only the owner, a deputy owner, an operator or a founder changes this group."),
    G.DRAFT: _("Only those who hold a post here, admins, operators and founders write drafts."),
    G.CONTENT: _("Only the owner, a deputy owner, an operator or a founder plans content here."),
    G.ANNOUNCE: _("Your post in this group does not include announcements."),
    G.MODERATE: _("Your post in this group does not include removing and muting."),
    G.CARE: _("Only those who hold a post here, admins, operators and founders take care of questions and newcomers."),
    G.MANAGE_POSTS: _("Only the owner, a deputy owner, an operator or a founder gives posts."),
    G.BIND: _("Only the owner, a deputy owner, an operator or a founder chooses the room."),
    G.TRANSFER: _("Only the owner or a founder hands a group over."),
    G.REVEAL: _("Only the owner, a deputy owner, an operator or a founder sees personal data in full."),
}
MISSING_ON_SITE: dict[Right, Promise] = {
    Right.CREATE_GROUP: _("Only an operator or a founder creates groups."),
    Right.MANAGE_POLICY: _("Only an operator or a founder changes kinds, base rules and policies."),
    Right.EXPORT_PERSONS: _("Only an operator or a founder exports everything about a person."),
    Right.ERASE_PERSONS: _("Only a founder erases a person."),
    Right.SEE_ALL_GROUPS: _("Your role sees only the groups in which you hold a post."),
}


def rights(user: User, group: Group) -> frozenset[GroupRight]:
    """Every right of `user` on `group`: what the role gives everywhere, and what a post gives here."""
    if not user.is_active:
        return frozenset()
    held = group.posts.filter(user=user, until=None).values_list("post", flat=True)
    return BY_ROLE[Role(user.role)].union(*(BY_POST[Post(post)] for post in held))


def rights_on(user: User, groups: Iterable[Group]) -> dict[int, frozenset[GroupRight]]:
    """`rights` for many groups with one query, by the group's pk."""
    pks = [group.pk for group in groups]
    if not user.is_active:
        return dict.fromkeys(pks, frozenset())
    found = dict.fromkeys(pks, BY_ROLE[Role(user.role)])
    for pk, post in user.posts.filter(group__in=pks, until=None).values_list("group", "post"):
        found[pk] |= BY_POST[Post(post)]
    return found


def may(user: User, right: GroupRight, group: Group) -> bool:
    """Whether `user` has `right` on `group`."""
    return (user.is_active and right in BY_ROLE[Role(user.role)]) or right in rights(user, group)


def visible_to(user: User, *, sandboxes: bool = False) -> QuerySet[Group]:
    """The groups a user may see. Lists and sums never count a sandbox; whoever looks up one object asks with `sandboxes`."""
    if not user.is_active:
        return Group.objects.none()
    groups = Group.objects.all() if sandboxes else Group.objects.filter(sandbox=False)
    if user.has_right(Right.SEE_ALL_GROUPS):
        return groups
    return groups.filter(Q(pk__in=user.posts.filter(until=None).values("group")))


def groups_with(user: User, right: GroupRight, *, sandboxes: bool = False) -> QuerySet[Group]:
    """The groups on which a user has `right`: for choices in forms, lists of work and bulk actions.

    The people of a sandbox are nobody's work. What is done to one thing of a sandbox, from its own page, asks with `sandboxes`.
    """
    if not user.is_active:
        return Group.objects.none()
    groups = Group.objects.all() if sandboxes else Group.objects.filter(sandbox=False)
    if right in BY_ROLE[Role(user.role)]:
        return groups
    posts = [post for post, given in BY_POST.items() if right in given]
    return groups.filter(pk__in=user.posts.filter(until=None, post__in=posts).values("group"))


def among(user: User, right: GroupRight, path: str = "group") -> Q:
    """The rows whose group (at `path`) is one of `groups_with`, spelled so that a role that has every group asks for no list of them."""
    if user.is_active and right in BY_ROLE[Role(user.role)]:
        return Q(**{f"{path}__sandbox": False})
    return Q(**{f"{path}__in": groups_with(user, right)})


def group_for(user: User, pk: int, right: GroupRight = GroupRight.VIEW) -> Group:
    """The group `pk` if `user` may see it (else Http404, a foreign object looks absent) and has `right` (else Forbidden)."""
    group = visible_to(user, sandboxes=True).select_related("kind").filter(pk=pk).first()
    if group is None:
        raise Http404(_("There is no such group, or you cannot see it."))
    demand(user, right, group)
    return group


def demand(user: User, right: GroupRight, group: Group) -> None:
    """Raise Forbidden, naming the missing right, unless `user` has it."""
    if not may(user, right, group):
        raise Forbidden(MISSING[right])


def demand_on_site(user: User, right: Right) -> None:
    """Raise Forbidden, naming the missing right, unless the role carries it."""
    if not user.has_right(right):
        raise Forbidden(MISSING_ON_SITE[right])


def demand_first_owner(user: User) -> None:
    """Raise Forbidden unless `user` may appoint an owner where there is none: by role, so that a deputy cannot promote himself."""
    if not (user.is_active and G.MANAGE_POSTS in BY_ROLE[Role(user.role)]):
        raise Forbidden(_("Only an operator or a founder appoints the first owner."))
