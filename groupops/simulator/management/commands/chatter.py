"""Lets the demo's community live: `manage.py chatter`, beside the fake platform."""

import random
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from groupops.simulator import chatter


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Personas talk in the rooms of the fake platform (GROUPOPS_FAKE_PLATFORM_URL)."
    requires_system_checks = ()  # it needs neither database nor site

    def handle(self, *args: Any, **options: Any) -> None:
        """For ever."""
        if not settings.FAKE_PLATFORM_URL:
            raise CommandError("GROUPOPS_FAKE_PLATFORM_URL is not set: there is no fake platform to talk on.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            chatter.live(settings.FAKE_PLATFORM_URL, dice=random.Random())  # noqa: S311  (invented talk)
        except KeyboardInterrupt:
            sys.exit(0)
