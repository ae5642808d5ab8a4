"""关键节点: the seed's four occasions to open a group, and what each proposes (seed: 关键节点时机, 特殊时间)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 80  # of Group.name


class MomentSort(TextChoices):
    """The seed's four."""

    RELEASE = "release", _("Major product update")
    MILESTONE = "milestone", _("User milestone")
    INDUSTRY = "industry", _("Industry event")
    CAMPAIGN = "campaign", _("Campaign")


@dataclass(frozen=True)
class Draft:
    """A text to post: the code of its kind (as content.policy.PostKind spells it), the kind in words, the text."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True)
class Proposal:
    """What a moment suggests: a group of a kind (by slug), and texts to post."""

    name: str
    kind: str
    why: str
    posts: tuple[Draft, ...]


@dataclass(frozen=True)
class _Pattern:
    kind: str
    why: Promise
    name: Promise
    posts: tuple[tuple[str, Promise, Promise], ...]


PATTERNS: dict[MomentSort, _Pattern] = {
    MomentSort.RELEASE: _Pattern(
        "product",
        _("When a new feature is released, invite users into a group to try it"),
        _("%(title)s early users"),
        (
            ("announcement", _("Announcement"), _("%(title)s is out. What is new, and how to get it:")),
            ("topic", _("Topic"), _("Who has tried %(title)s already? Tell us what works and what does not.")),
        ),
    ),
    MomentSort.MILESTONE: _Pattern(
        "event",
        _("When the number of users reaches a milestone, open a group to celebrate"),
        _("%(title)s celebration"),
        (
            ("announcement", _("Announcement"), _("%(title)s! Thank you for coming all this way with us.")),
            ("topic", _("Topic"), _("Which moment with us do you remember best?")),
        ),
    ),
    MomentSort.INDUSTRY: _Pattern(
        "tech",
        _("When the industry talks about something, open a group to discuss it"),
        _("%(title)s discussion"),
        (("topic", _("Topic"), _("%(title)s: what does it mean for your work?")),),
    ),
    MomentSort.CAMPAIGN: _Pattern(
        "event",
        _("While an event runs, open a group for it"),
        _("%(title)s event group"),
        (
            ("announcement", _("Announcement"), _("%(title)s starts on %(on)s. Here is how to take part:")),
            ("message", _("Message"), _("A summary of %(title)s will follow here.")),
        ),
    ),
}


def propose(sort: MomentSort, *, title: str, on: date) -> Proposal:
    """The group and posts that suit a moment; texts in the reader's language, to be edited before use."""
    pattern = PATTERNS[sort]
    args = {"title": title, "on": on.isoformat()}
    posts = tuple(Draft(kind, str(label), str(text) % args) for kind, label, text in pattern.posts)
    return Proposal((str(pattern.name) % args)[:NAME_LENGTH], pattern.kind, str(pattern.why), posts)
