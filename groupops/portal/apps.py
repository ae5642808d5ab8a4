"""App of the portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The addresses of the pages for group members, who never log in; the pages live with the apps they are about."""

    name = "groupops.portal"
