"""群职务: the posts, how many of each a group wants, and what the seed says each does, may and must be (seed: 管理员体系设置)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import ValueRefused, setting


class Post(TextChoices):
    """群职务 (seed: 管理员体系设置)."""

    OWNER = "owner", _("Owner")
    DEPUTY = "deputy", _("Deputy owner")
    ADMIN = "admin", _("Group admin")
    VOLUNTEER = "volunteer", _("Group volunteer")


# Posts that come by an invitation: an owner is somebody known, to whom a group is handed over.
SEATS = tuple((post.value, post.label) for post in (Post.DEPUTY, Post.ADMIN, Post.VOLUNTEER))


@dataclass(frozen=True)
class PostTexts:
    """What the seed says about a post."""

    duty: Promise
    power: Promise
    demand: Promise


POST_TEXTS: dict[Post, PostTexts] = {
    Post.OWNER: PostTexts(_("Sets the overall operating strategy"), _("All rights of managing the group"), _("A founder or core lead")),
    Post.DEPUTY: PostTexts(
        _("Helps the owner with important matters"), _("All rights but transferring the group"), _("An engaged user, long-term partner")
    ),
    Post.ADMIN: PostTexts(
        _("Runs the group and its content day by day"), _("Remove, mute, group announcement"), _("An active user with a sense of duty")
    ),
    Post.VOLUNTEER: PostTexts(
        _("Shares content and keeps the mood good"), _("No special rights, but a badge"), _("Volunteers, with professional skills")
    ),
}


@dataclass(frozen=True)
class PostRanges:
    """Policy group.posts: how many of each post a group wants (seed: 管理员体系设置). Advice, never a refusal."""

    title: ClassVar[Promise] = _("Posts of a group")
    owner: int = setting(1, _("Owner"), high=1)
    deputy_low: int = setting(1, _("Deputy owners, at least"), high=50)
    deputy_high: int = setting(2, _("Deputy owners, at most"), high=50)
    admin_low: int = setting(2, _("Group admins, at least"), high=50)
    admin_high: int = setting(3, _("Group admins, at most"), high=50)
    volunteer_low: int = setting(3, _("Group volunteers, at least"), high=200)
    volunteer_high: int = setting(5, _("Group volunteers, at most"), high=200)

    def __post_init__(self) -> None:
        for post in (Post.DEPUTY, Post.ADMIN, Post.VOLUNTEER):
            low, high = self.range_of(post)
            if low > high:
                raise ValueRefused(
                    _("%(post)s: the lower number is above the upper one.") % {"post": post.label}, field=f"{post.value}_low"
                )

    def range_of(self, post: Post) -> tuple[int, int]:
        """The smallest and largest good number of holders."""
        if post == Post.OWNER:
            return self.owner, 1
        return getattr(self, f"{post.value}_low"), getattr(self, f"{post.value}_high")


@dataclass(frozen=True)
class PostAdvice:
    """How a post is filled: `held` of `low`–`high`; `missing` and `surplus` are zero when it is right."""

    post: Post
    held: int
    low: int
    high: int

    @property
    def missing(self) -> int:
        """How many holders the group lacks."""
        return max(self.low - self.held, 0)

    @property
    def surplus(self) -> int:
        """How many holders are beyond the range."""
        return max(self.held - self.high, 0)

    @property
    def wanted(self) -> str:
        """The range as people write it: 1, 2–3."""
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"

    @property
    def texts(self) -> PostTexts:
        """The seed's words on the post."""
        return POST_TEXTS[self.post]


def staffing(held: Mapping[Post, int], ranges: PostRanges) -> list[PostAdvice]:
    """How each post of a group is filled, in order of rank."""
    return [PostAdvice(post, held.get(post, 0), *ranges.range_of(post)) for post in Post]
