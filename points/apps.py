"""App of points."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PointsConfig(AppConfig):
    """Nothing yet."""

    name = "points"
    verbose_name = _("Points")
