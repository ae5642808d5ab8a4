"""A text as the group would see it, and where it goes after the button is pressed: for pages and forms."""

from datetime import datetime
from typing import Any

from content import services as content
from content.models import Post
from groupops.groups.models import Group
from groupops.shared.errors import Refused


def preview(kind: str, body: str, group: Group, moment: datetime) -> dict[str, str]:
    """The text as it would leave at `moment`, or why it cannot; empty where nothing is written yet."""
    if not body.strip():
        return {}
    try:
        return {"text": content.worded(kind, body, group, moment)}
    except Refused as refusal:
        return {"problem": str(refusal.message)}


def preview_of(post: Post, at: datetime) -> dict[str, str]:
    """A post as it would leave, or as it left."""
    try:
        return {"text": content.preview(post, at)}
    except Refused as refusal:
        return {"problem": str(refusal.message)}


def bubbles(posts: list[Post], at: datetime) -> list[dict[str, Any]]:
    """The different texts of a bundle, each with its groups: [{"preview", "groups", "group"}]."""
    found: dict[str, dict[str, Any]] = {}
    for post in posts:
        shown = preview_of(post, at)
        entry = found.setdefault(shown.get("text") or shown.get("problem", ""), {"preview": shown, "group": post.group, "groups": []})
        entry["groups"].append(post.group)
    return list(found.values())
