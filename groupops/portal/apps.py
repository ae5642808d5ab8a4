"""App of the portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages for group members behind signed links; nothing yet."""

    name = "groupops.portal"
