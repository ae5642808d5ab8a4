"""Tabs of moderation: {% moderation_pages "queue" as found %} for c-moderation-tabs."""

from typing import Any

from django import template

from groupops.accounts.policy import Right
from moderation.pages import shown

register = template.Library()


@register.simple_tag(takes_context=True)
def moderation_pages(context: dict[str, Any], active: str) -> dict[str, list[dict[str, object]]]:
    """`tabs` and `pages`, for the reader of the page."""
    tabs, pages = shown(active, site=context["request"].user.has_right(Right.MANAGE_POLICY))
    return {"tabs": tabs, "pages": pages}
