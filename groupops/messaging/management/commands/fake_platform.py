"""Runs the fake chat platform: `manage.py fake_platform --port 8090 --data DIR`."""

import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from groupops.messaging.fake_platform.claiming import claim
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.server import Server


class Command(BaseCommand):
    """A process of its own, with a durable log on its own disk."""

    help = "Run the fake chat platform of the demo and of rehearsals, with a chat page, on 127.0.0.1."
    requires_system_checks = ()  # it needs neither database nor site

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Port (0 takes a free one and prints it) and folder."""
        parser.add_argument("--port", type=int, default=8090)
        parser.add_argument("--data", type=Path, default=Path(settings.STATE_DIR) / "fake-platform")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop; nothing needs to be saved at the end."""
        try:
            lock = claim(options["data"])  # held until this process ends, however
        except OSError:
            raise CommandError(f"Another process serves {options['data']}.") from None
        platform = Platform(options["data"])
        try:
            server = Server(platform, options["port"])
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error.strerror}.") from None
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        self.stdout.write(f"fake platform on http://127.0.0.1:{server.server_address[1]}, log in {options['data']}")
        self.stdout.flush()
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            sys.exit(0)
        finally:
            lock.close()
