"""Fills an installation with the demo: `manage.py seed_demo`."""

import gc
from typing import Any

from django.core.management.base import BaseCommand

from groupops.shared import clock
from groupops.simulator import seeding

SELDOM = (100_000, 20, 50)


class Command(BaseCommand):
    """Idempotent: what is there stays."""

    help = "Fill this installation with the demo: a founder, a channel, four groups with ninety days of history, a plan."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and say so."""
        usual = gc.get_threshold()
        gc.set_threshold(*SELDOM)  # rows by the hundred thousand, hardly any of them in circles
        try:
            seeding.seed(at=clock.now())
        finally:
            gc.set_threshold(*usual)
        self.stdout.write("demo data in place")
