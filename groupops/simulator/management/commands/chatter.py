"""Lets the demo's community live: `manage.py chatter`, beside the fake platform."""

import signal
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from groupops.shared import clock
from groupops.simulator import hosting, live, seeding
from groupops.simulator.hosting import PlatformAway, Puppets

PAUSE = 1.0  # seconds between two looks for the platform


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "The demo's community goes on living on the fake platform (GROUPOPS_FAKE_PLATFORM_URL)."
    requires_system_checks = ()  # it needs neither database nor site

    def handle(self, *args: Any, **options: Any) -> None:
        """For ever."""
        if not settings.FAKE_PLATFORM_URL:
            raise CommandError("GROUPOPS_FAKE_PLATFORM_URL is not set: there is no fake platform to talk on.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            with hosting.puppets(settings.FAKE_PLATFORM_URL) as puppets:
                live.run(_found(puppets), now=clock.now)
        except KeyboardInterrupt:
            sys.exit(0)


def _found(puppets: Puppets) -> live.Live:
    """The community of the demo, as soon as the platform is up and it lives there."""
    while True:
        try:
            world = puppets.look(seeding.NAME).world
            if world is not None:
                return live.living(world, puppets, seeding.BOT, now=clock.now())
        except PlatformAway:
            pass  # it starts beside us
        time.sleep(PAUSE)
