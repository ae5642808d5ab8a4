"""The Celery app. The database is the letterbox; a task is only its doorbell (docs/explanation/architecture.md)."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groupops.settings")

TRANSPORT_ALIASES["spool"] = "groupops.shared.spool:Transport"  # the broker that is a folder
app = Celery("groupops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_to_start(**kwargs: Any) -> None:
    """Workers run no system checks: a wrong settings list must stop them too."""
    from groupops.shared import checks

    checks.refuse_to_start()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Connected so that Celery leaves logging as settings.LOGGING made it."""
