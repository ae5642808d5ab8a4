"""Count the hours of the week anew from the events that are kept."""

from typing import Any

from django.core.management.base import BaseCommand

from groupops.groups.models import Group
from groupops.inbound.hours import count_anew


class Command(BaseCommand):
    """`manage.py count_hours`: for messages that came before hours were counted; running it again changes nothing."""

    help = "Fill the hours of the week from stored events. Harmless while the product runs, and when run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Group by group."""
        for group in Group.objects.order_by("pk").only("pk", "zone", "name").iterator():
            if changed := count_anew(group):
                self.stdout.write(f"{group.name}: {changed} hours")
