"""The alarm of the disk."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from groupops.record import services as record
from groupops.shared import disk

KEY = "disk"
FILLING = _("The disk is %(percent)d%% full. From %(limit)d%% on imports wait.")
FULL = _("The disk is %(percent)d%% full: imports wait, and soon nothing can be written any more. Make room.")


def watch(*, at: datetime) -> None:
    """A warning while there is time, critical from the watermark on."""
    now = disk.disk()
    if now.percent < disk.WARN_AT:
        record.close_alarm(key=KEY, at=at)
        return
    severity, text = ("critical", FULL) if now.is_full else ("warning", FILLING)
    told = {"percent": now.percent, "limit": disk.STOP_AT}
    record.raise_alarm(key=KEY, severity=severity, text=text, params=told, at=at, url=reverse("system"))
