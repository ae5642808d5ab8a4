"""App of the dashboard."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Pages that mix apps: home, palette, components."""

    name = "groupops.dashboard"
