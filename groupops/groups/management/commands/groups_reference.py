"""Write docs/reference/access.md, policies.md and kinds.md from the code; `--check` fails when one is stale."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from groupops.groups.reference import PAGES


class Command(BaseCommand):
    """`manage.py groups_reference [--check]`"""

    help = "Write the reference pages about access, policies and kinds from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        """--check writes nothing."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or compare."""
        folder: Path = settings.BASE_DIR / "docs" / "reference"
        stale = [name for name, page in PAGES.items() if not (folder / name).exists() or (folder / name).read_text() != page()]
        if options["check"] and stale:
            raise CommandError(f"stale: {', '.join(stale)}; run manage.py groups_reference")
        for name in stale:
            (folder / name).write_text(PAGES[name]())
            self.stdout.write(f"wrote {name}")
