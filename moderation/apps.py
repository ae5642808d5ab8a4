"""App of moderation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    """Nothing yet."""

    name = "moderation"
    verbose_name = _("Moderation")
