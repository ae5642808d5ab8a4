"""Which platforms there are. The only module that imports adapters."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from groupops.messaging.adapter import Adapter
from groupops.messaging.adapters.assisted import Assisted
from groupops.messaging.adapters.matrix import Matrix, MatrixAppservice
from groupops.messaging.adapters.memory import Memory
from groupops.messaging.adapters.onebot11 import OneBot11
from groupops.messaging.adapters.sandbox import Sandbox
from groupops.messaging.adapters.webhook import Webhook
from groupops.messaging.adapters.wecom_webhook import WecomWebhook
from groupops.messaging.models import Connection
from groupops.shared.errors import Refused

ADAPTERS: tuple[type[Adapter], ...] = (Assisted, Matrix, MatrixAppservice, Memory, OneBot11, Sandbox, Webhook, WecomWebhook)


class UnknownPlatform(Refused):
    """A connection names a platform that this installation does not have."""


def by_kind(adapters: Iterable[type[Adapter]] = ADAPTERS) -> dict[str, type[Adapter]]:
    """Kind → class; of duplicates the first (the system check messaging.E001 refuses them)."""
    found: dict[str, type[Adapter]] = {}
    for adapter in adapters:
        found.setdefault(adapter.kind, adapter)
    return found


def adapter_class(kind: str) -> type[Adapter]:
    """The class of a kind. Raises UnknownPlatform."""
    found = by_kind().get(kind)
    if found is None:
        raise UnknownPlatform(_("This installation does not know the platform of this channel."))
    return found


def pretending() -> list[str]:
    """The kinds whose rooms are sandboxes: no channel of these is shown among the channels."""
    return [adapter.kind for adapter in ADAPTERS if adapter.pretends]


def offered() -> list[type[Adapter]]:
    """The platforms a person may connect here."""
    return [adapter for adapter in ADAPTERS if adapter.offered()]


def adapter_for(connection: Connection, *, timeout: float = 10.0) -> Adapter:
    """The adapter of a connection, with its unsealed credentials. Raises UnknownPlatform, SecretsUnreadable."""
    return adapter_class(connection.adapter)(connection.credentials, timeout=timeout)
