"""Examine the invariants, keep what was found, open and close the alarms."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from groupops.record import services as record
from groupops.shared import invariants
from groupops.shared.invariants import Found, Invariant, Look

log = logging.getLogger(__name__)
BEAT = "doctor"  # the heartbeat that remembers the last examination
FAMILY = "doctor:"
BROKEN = _("The doctor found %(count)d rows that break a promise (%(key)s). Run manage.py doctor; it names them.")


@dataclass(frozen=True)
class Finding:
    """What came of one invariant; `seconds` is how long the look took, `error` why it could not be looked at."""

    invariant: Invariant
    found: Found
    seconds: float
    error: str = ""

    @property
    def holds(self) -> bool:
        """Whether it was looked at and nothing breaks it."""
        return not self.found.count and not self.error


def findings(look: Look) -> Iterator[Finding]:
    """One invariant after another, each as soon as it was looked at. A look that breaks is a finding too."""
    for one in invariants.registered():
        started = time.monotonic()
        try:
            found, error = one.broken(look), ""
        except Exception as failure:
            log.exception("the doctor could not look at %s", one.key)
            found, error = Found(), f"{type(failure).__name__}: {failure}"[:200]
        yield Finding(one, found, time.monotonic() - started, error)


def keep(found: list[Finding], *, at: datetime) -> None:
    """Remember the examination and bring the alarms to it: opened on a breach, closed when it has healed."""
    url = reverse("system")
    wanted = [
        record.Standing(
            key=f"{FAMILY}{one.invariant.key}",
            severity="critical",
            text=BROKEN,
            params={"key": one.invariant.key, "count": one.found.count},
            url=url,
        )
        for one in found
        if not one.holds
    ]
    record.keep_alarms(family=FAMILY, wanted=wanted, at=at)
    broken = {one.invariant.key: one.found.count for one in found if not one.holds}
    record.beat(name=BEAT, at=at, looked_at=len(found), broken=broken, seconds=round(sum(one.seconds for one in found), 1))


def examine(*, at: datetime, thorough: bool = False) -> list[Finding]:
    """Look at every invariant and keep what was found."""
    found = list(findings(Look(at, thorough)))
    keep(found, at=at)
    return found
