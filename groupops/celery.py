"""The Celery app. The database is the letterbox; a task is only its doorbell (docs/explanation/architecture.md)."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init
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


@worker_process_init.connect
def settle_down(**kwargs: Any) -> None:
    """What a worker has loaded stays for good, so the garbage collector need not look through it again and again.

    A batch of events makes enough objects to set it off several times.
    """
    gc.collect()
    gc.freeze()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Connected so that Celery leaves logging as settings.LOGGING made it."""
