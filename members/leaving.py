"""Export and erasure of one human: states, how long each lasts, and what is typed before the last step. Pure."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

EXPORT_LASTS = timedelta(days=1)
GRACE = timedelta(days=3)  # in which an erasure can be taken back


class ExportState(TextChoices):
    """Where an export is."""

    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready")
    OVER = "over", _("Deleted")


class ErasureState(TextChoices):
    """Where an erasure is."""

    WAITING = "waiting", _("Can be taken back")
    DONE = "done", _("Erased")
    TAKEN_BACK = "taken_back", _("Taken back")


def is_confirmed(typed: str, name: str) -> bool:
    """Whether somebody typed the person's name as it is shown."""
    return typed.strip() == name.strip() != ""
