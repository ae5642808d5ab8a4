"""App of moderation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    """群风控: rules, cases, strikes and appeals."""

    name = "moderation"
    verbose_name = _("Moderation")
