"""App of the inbound side."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboundConfig(AppConfig):
    """The door and the pipeline."""

    name = "groupops.inbound"
    verbose_name = _("Inbound")
