"""Write docs/reference/moderation.md from the code; `--check` fails when it is stale."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.reference import page


class Command(BaseCommand):
    """`manage.py moderation_reference [--check]`"""

    help = "Write the reference page about moderation from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        """--check writes nothing."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or compare."""
        path: Path = settings.BASE_DIR / "docs" / "reference" / "moderation.md"
        text = page()
        if options["check"] and (not path.exists() or path.read_text() != text):
            raise CommandError("docs/reference/moderation.md is stale; run manage.py moderation_reference")
        if not options["check"]:
            path.write_text(text)
