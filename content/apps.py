"""App of the content."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    """Schedules, slots, posts."""

    name = "content"
    verbose_name = _("Content")
