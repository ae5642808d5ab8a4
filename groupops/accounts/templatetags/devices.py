"""What a browser is called: {{ session.user_agent|device }}."""

from django import template
from django.utils.translation import gettext as _

from groupops.accounts import policy

register = template.Library()


@register.filter
def device(agent: str) -> str:
    """Its name and its machine's; what it says of itself where neither is known."""
    return policy.device(agent) or agent[:40] or _("Unknown device")
