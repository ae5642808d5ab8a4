"""What a person types to attach a bridge, and what of it is kept."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging.adapter import ContentRejected, CredentialField
from groupops.messaging.adapters.webhook.calls import Calls, secrets_of
from groupops.messaging.addresses import typed_address

FIELDS = (
    CredentialField("url", gettext_lazy("Address of the bridge"), help=gettext_lazy("What stands before /act, /groups and the others.")),
    CredentialField(
        "secret",
        gettext_lazy("Secret of our requests"),
        secret=True,
        help=gettext_lazy("At least 16 characters; the bridge holds the same, and refuses what is not signed with it."),
    ),
    CredentialField(
        "push_secret",
        gettext_lazy("Secret of its events"),
        secret=True,
        required=False,
        help=gettext_lazy(
            "Another one, with which the bridge signs what it pushes. Several, separated by commas. Empty: every event is refused."
        ),
    ),
)
SURPLUS = gettext_noop("The address alone, without name, password or question mark.")
SHORTEST = 16  # characters: as much as a person still copies, and nobody guesses
TIMEOUT = 8.0  # seconds; a person waits


def enroll(typed: Mapping[str, str]) -> dict[str, str]:
    """Address, secrets, and what the bridge can do. Raises ContentRejected with the field, or what asking the bridge raises."""
    kept = {field.name: typed.get(field.name, "").strip() for field in FIELDS}
    kept["url"] = _address(kept["url"])
    _demand_secret(kept["secret"], "secret")
    for secret in secrets_of(kept, "push_secret"):
        _demand_secret(secret, "push_secret")
    return kept | {"capabilities": Calls(kept, TIMEOUT).can().kept()}


def _demand_secret(secret: str, name: str) -> None:
    if not (secret.isascii() and secret.isprintable() and len(secret) >= SHORTEST):
        raise ContentRejected(gettext_noop("At least 16 letters, digits and signs of ASCII."), code=name)


def _address(typed: str) -> str:
    """The bridge's address, which we sign: of ASCII alone. Raises ContentRejected."""
    found = typed_address(typed, surplus=SURPLUS)
    if not typed.isascii():
        raise ContentRejected(SURPLUS, code="url")
    return found
