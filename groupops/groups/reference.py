"""The reference pages that are drawn from the code: who may do what, what can be set, which kinds there are."""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.module_loading import import_string

from groupops.accounts.policy import RIGHTS, Right, Role
from groupops.groups.access import BY_POST, BY_ROLE, GroupRight
from groupops.groups.policy import Level, Post, describe

WRITTEN = "<!-- Written by `manage.py groups_reference` from the code. Do not edit. -->\n"
MEANING = {
    GroupRight.VIEW: "see the group",
    GroupRight.EDIT: "settings, lifecycle, rules, the group's policies",
    GroupRight.DRAFT: "write posts and submit them for approval",
    GroupRight.CONTENT: "plan and send content, approve drafts",
    GroupRight.ANNOUNCE: "announcements (群公告)",
    GroupRight.MODERATE: "remove and mute members",
    GroupRight.CARE: "answer questions, greet newcomers",
    GroupRight.MANAGE_POSTS: "give and end posts (群职务)",
    GroupRight.BIND: "choose the chat the group is",
    GroupRight.TRANSFER: "hand the group over",
    GroupRight.REVEAL: "see one personal value of a member in full, with a reason",
}


ACCESS_TEXT = """\
A user has what the role gives on every group, and what a post (群职务) gives in one group. The seed's words: 副群主 has all rights
but transferring the group; 管理员 removes, mutes and announces; 志愿者 has no special right, but a badge. Because 管理员 looks after
the content (内容管理) and 志愿者 shares some (内容分享), both may write drafts; somebody who plans content approves them. An
announcement is approved by whoever may announce. A group that a user may not see answers 404, a visible one without the right 403.
`groupops.groups.access` is the only place that answers.
"""
POLICIES_TEXT = """\
Numbers that operators set in the browser (群组 → 策略) or over the API. A value stands for the whole site, a kind of group or
one group; the nearest counts, as a whole. Every change is a version with who, when and why; a value can be taken back.
"""
KINDS_TEXT = """\
What a new installation starts with; edited in the browser afterwards (群组 → 群类型). The first four are the seed document's own
words and ranges; 地区群, 活动群 and 高端群 are named there, their ranges are ours.
"""


def access() -> str:
    """docs/reference/access.md"""
    with translation.override("en"):
        posts, roles = [f"{post.label} (post)" for post in Post], [f"{role.label} (role)" for role in Role]
    on_site = [[right.value.replace("_", " "), *(_mark(right in RIGHTS[role]) for role in Role)] for right in Right]
    parts = [
        ACCESS_TEXT,
        "## On a group\n",
        _table(["Right", *posts, *roles], [_on_group(right) for right in GroupRight]) + "\n",
        "The first owner of a group is appointed by an operator or a founder; a post alone does not suffice.\n",
        "## On the whole site\n",
        _table(["Right", *roles], on_site) + "\n",
    ]
    return _page("Who may do what", parts)


def _on_group(right: GroupRight) -> list[str]:
    by_post, by_role = (_mark(right in BY_POST[post]) for post in Post), (_mark(right in BY_ROLE[role]) for role in Role)
    return [MEANING.get(right, right.value), *by_post, *by_role]


def _page(title: str, parts: list[str]) -> str:
    return "\n".join([f"# {title}\n", WRITTEN, *parts])


def policies() -> str:
    """docs/reference/policies.md"""
    with translation.override("en"):
        return _page("Policies", [POLICIES_TEXT, *(_policy(name, import_string(path)) for name, path in sorted(settings.POLICIES.items()))])


def _policy(name: str, cls: type[Any]) -> str:
    rows = [[f"`{item.name}`", str(item.label), _spelt(item.default), str(item.unit), f"{item.low}–{item.high}"] for item in describe(cls)]
    return f"## {getattr(cls, 'title', name)}\n\n`{name}`\n\n{_table(['Field', 'Meaning', 'Default', 'Unit', 'Range'], rows)}\n"


def _spelt(value: Any) -> str:
    """A text of several lines stands in one cell."""
    return str(value).replace("\n", "<br>")


def kinds() -> str:
    """docs/reference/kinds.md: what a new installation starts with."""
    seeded = import_module("groupops.groups.migrations.0002_kinds").KINDS
    table = _table(["Slug", "Name", "Size", "群定位", "群价值", "Level"], [_kind(kind) for kind in seeded])
    return _page("Kinds of group", [KINDS_TEXT, table + "\n"])


def _kind(kind: dict[str, Any]) -> list[str]:
    size, gains = f"{kind['size_low']}–{kind['size_high']}", "；".join(kind["values"])
    return [f"`{kind['slug']}`", kind["name"], size, kind["positioning"], gains, _level(kind["level"])]


def _level(level: str) -> str:
    with translation.override("en"):
        return str(Level(level).label)


def _mark(holds: bool) -> str:
    return "✓" if holds else ""


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


PAGES: dict[str, Callable[[], str]] = {"access.md": access, "policies.md": policies, "kinds.md": kinds}
