"""The signed link of somebody's place on a waiting list: who has it, sees the place and may give it up."""

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from groupops.shared import links
from members.models import Waiting

PURPOSE = "waiting place"


def link_of(row: Waiting) -> str:
    """The signed part of the address."""
    return links.sign(PURPOSE, [row.pk], key=_key(row))


def place_url(row: Waiting) -> str:
    """The whole address, to be copied into a message."""
    return settings.PUBLIC_URL + reverse("portal:place", args=[link_of(row)])


def place_of(link: str) -> Waiting | None:
    """Whose place it is; None of a damaged link."""
    found = links.read(PURPOSE, link)
    row = Waiting.objects.select_related("code", "group__kind").filter(pk=found[0][0]).first() if found else None
    return row if row is not None and found is not None and links.holds(found[1], _key(row)) else None


def _key(row: Waiting) -> str:
    """Bound to when the place was taken, so that a number used again opens nothing."""
    return salted_hmac(PURPOSE, row.created_at.isoformat()).hexdigest()[:22]
