"""App of the simulator."""

from django.apps import AppConfig


class SimulatorConfig(AppConfig):
    """A community that does not exist: demo data."""

    name = "groupops.simulator"
