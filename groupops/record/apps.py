"""App of the record."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordConfig(AppConfig):
    """Audit, idempotency, heartbeats, alarms."""

    name = "groupops.record"
    verbose_name = _("Record")
