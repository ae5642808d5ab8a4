"""Addresses that members open without a login: where a strike is appealed against."""

from django.conf import settings
from django.urls import reverse

from groupops.shared import links
from moderation.models import Strike

APPEAL = "appeal"


def link_of(strike: Strike) -> str:
    """The signed part of the address."""
    return links.sign(APPEAL, [strike.pk], key=strike.key)


def address_of(strike: Strike) -> str:
    """Where the member appeals, in full."""
    return f"{settings.PUBLIC_URL}{reverse('portal:appeal', args=[link_of(strike)])}"


def strike_of(link: str) -> Strike | None:
    """The strike that a link was made for; None of a damaged link, or one that no longer holds."""
    found = links.read(APPEAL, link)
    if found is None or len(found[0]) != 1 or not isinstance(found[0][0], int):
        return None
    rows = Strike.objects.select_related("membership__person", "group", "case", "decision")
    strike = rows.filter(pk=found[0][0]).first()
    return strike if strike is not None and links.holds(found[1], strike.key) else None
