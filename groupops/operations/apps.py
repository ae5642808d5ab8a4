"""App of running the installation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Health, and the embedded start of the whole product on one machine."""

    name = "groupops.operations"
    verbose_name = _("System status")
