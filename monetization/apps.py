"""App of monetization."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonetizationConfig(AppConfig):
    """Nothing yet."""

    name = "monetization"
    verbose_name = _("Monetization")
