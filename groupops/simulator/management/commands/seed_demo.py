"""Fills an installation with the demo: `manage.py seed_demo`."""

from typing import Any

from django.core.management.base import BaseCommand

from groupops.shared import clock
from groupops.simulator import seeding


class Command(BaseCommand):
    """Idempotent: what is there stays."""

    help = "Fill this installation with the demo: a founder, a channel, four groups with a fortnight of history, a plan."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and say so."""
        seeding.seed(at=clock.now())
        self.stdout.write("demo data in place")
