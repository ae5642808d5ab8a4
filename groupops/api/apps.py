"""App of the api."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Assembles the REST API of every app."""

    name = "groupops.api"
