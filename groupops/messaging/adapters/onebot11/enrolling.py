"""What a person types to connect a OneBot, and what of it is kept."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging.adapter import ContentRejected, CredentialField
from groupops.messaging.adapters.onebot11.calls import Calls

FIELDS = (
    CredentialField("url", gettext_lazy("HTTP address"), help=gettext_lazy("Where the bot program takes actions by HTTP.")),
    CredentialField(
        "token",
        gettext_lazy("Access token"),
        secret=True,
        required=False,
        help=gettext_lazy("As in the bot program. Without one, everybody who reaches the address can speak as the account."),
    ),
    CredentialField(
        "secret",
        gettext_lazy("Signing secret of events"),
        secret=True,
        required=False,
        help=gettext_lazy("As in the bot program (secret). Without one, every event is refused. Several, separated by commas."),
    ),
)
TIMEOUT = 8.0  # seconds; a person waits


def enroll(typed: Mapping[str, str]) -> dict[str, str]:
    """Address, secrets, and whose account it is. Raises ContentRejected with the field, or what asking for the account raises."""
    kept = {field.name: typed.get(field.name, "").strip() for field in FIELDS}
    kept["url"] = _address(kept["url"])
    for name in ("token", "secret"):
        if not (kept[name].isascii() and kept[name].isprintable()):
            raise ContentRejected(gettext_noop("Only letters, digits and signs of ASCII."), code=name)
    return kept | {"self_id": Calls(kept, TIMEOUT).login()}


def _address(typed: str) -> str:
    """The address of the bot program, without what does not belong to it. Raises ContentRejected."""
    wrong = ContentRejected(gettext_noop("The address must begin with https://."), code="url")
    try:
        found = urlsplit(typed)
        if found.scheme not in {"http", "https"} or not found.hostname or found.port == 0:
            raise wrong
    except ValueError:
        raise wrong from None
    if found.query or found.fragment or found.username is not None:
        raise ContentRejected(gettext_noop("The address alone: the token has a field of its own."), code="url")
    return typed.rstrip("/")
