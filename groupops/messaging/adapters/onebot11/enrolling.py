"""What a person types to connect a OneBot, and what of it is kept."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging.adapter import ContentRejected, CredentialField
from groupops.messaging.adapters.onebot11.calls import Calls
from groupops.messaging.addresses import typed_address

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
SURPLUS = gettext_noop("The address alone: the token has a field of its own.")
TIMEOUT = 8.0  # seconds; a person waits


def enroll(typed: Mapping[str, str]) -> dict[str, str]:
    """Address, secrets, and whose account it is. Raises ContentRejected with the field, or what asking for the account raises."""
    kept = {field.name: typed.get(field.name, "").strip() for field in FIELDS}
    kept["url"] = typed_address(kept["url"], surplus=SURPLUS)
    for name in ("token", "secret"):
        if not (kept[name].isascii() and kept[name].isprintable()):
            raise ContentRejected(gettext_noop("Only letters, digits and signs of ASCII."), code=name)
    return kept | {"self_id": Calls(kept, TIMEOUT).login()}
