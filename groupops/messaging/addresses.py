"""The address a person types for a platform of their own: checked as far as its shape goes; the wire guards where it leads."""

from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import ContentRejected


def typed_address(typed: str, *, surplus: str) -> str:
    """The address, without a slash at its end. Raises ContentRejected for `url`; `surplus` says it is more than an address."""
    wrong = ContentRejected(_("The address must begin with https://."), code="url")
    try:
        found = urlsplit(typed)
        if found.scheme not in {"http", "https"} or not found.hostname or found.port == 0:
            raise wrong
    except ValueError:
        raise wrong from None
    if found.query or found.fragment or found.username is not None:
        raise ContentRejected(surplus, code="url")
    return typed.rstrip("/")
