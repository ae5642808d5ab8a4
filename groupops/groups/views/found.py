"""What the pages of the groups share: who asks, what a group's page always shows."""

from typing import Any

from django.http import HttpRequest

from groupops.accounts.middleware import actor as actor
from groupops.groups import access
from groupops.groups.models import Group


def is_htmx(request: HttpRequest) -> bool:
    """Whether only a part of the page is wanted (django-htmx)."""
    return bool(getattr(request, "htmx", False))


def frame(request: HttpRequest, group: Group, tab: str) -> dict[str, Any]:
    """Context of every page of a group: the group, its open tab, and `can`, the names of the reader's rights."""
    return {"group": group, "tab": tab, "can": {right.value for right in access.rights(actor(request), group)}}
