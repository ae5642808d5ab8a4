"""App of the shared ideas; registers the checks of the settings lists and keeps append-only triggers standing."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SharedConfig(AppConfig):
    """No models; templatetags, paging, errors, http, logs."""

    name = "groupops.shared"

    def ready(self) -> None:
        """Register the start-up checks; install triggers whenever tables may have been rebuilt."""
        from groupops.shared import checks  # noqa: F401  (importing registers them)

        post_migrate.connect(_protect, dispatch_uid="groupops.append_only")


def _protect(sender: AppConfig, using: str, **kwargs: Any) -> None:
    from groupops.shared import triggers

    for table, events in triggers.append_only(sender).items():
        triggers.install(using, table, events=events)
