"""App of the messaging."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    """Connections, outbox, deliveries."""

    name = "groupops.messaging"
    verbose_name = _("Messaging")

    def ready(self) -> None:
        """Register the start-up checks."""
        from groupops.messaging import checks  # noqa: F401  (importing registers them)
