"""Starts the whole product on this machine and stays until it is told to stop."""

import io
import os
import shutil
import signal
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.urls import reverse

from groupops.accounts import services as accounts
from groupops.operations.embedded import lock, ports, processes, readiness
from groupops.operations.embedded.console import Console
from groupops.operations.embedded.supervision import Supervision
from groupops.record import tasks as record_tasks
from groupops.shared.state import secret

READY_SECONDS = 180  # a loaded machine; on a quiet one it is five
LOOK_SECONDS = 0.25


class Command(BaseCommand):
    """`manage.py serve`: migrate, fill the demo, start web, worker and beat, print the address, watch over them."""

    help = "Start web, worker and beat on this machine under one supervisor. Ctrl-C stops all of it; nothing is lost."
    requires_system_checks = ()  # migrate runs them, after the port was looked at

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The port on 127.0.0.1, and a child process that must have ended well before a page can be shown."""
        parser.add_argument("--port", type=int, default=urlsplit(settings.PUBLIC_URL).port or 8000)
        parser.add_argument("--after", type=int, metavar="PID", help="a child of this process that builds what the browser loads")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit codes: 0 stopped by a person, 1 could not start, 130 interrupted before it was up."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
                signal.signal(number, signal.default_int_handler)  # a shell's `&` would have SIGINT ignored
        self.state, self.port = Path(settings.STATE_DIR), int(options["port"])
        supervision = None
        try:
            with lock.take(self.state, url=settings.PUBLIC_URL):
                self._prepare()
                self._await(options["after"])
                supervision = self._start()
                self._watch(supervision)
        except KeyboardInterrupt:
            self._say("stopping", "…")
        finally:
            if supervision is not None:
                supervision.stop()
            else:
                self._drop(options["after"])
        if supervision is None:
            sys.exit(130)
        self._say("stopped", f"everything is kept in {self.state}")

    def _say(self, what: str, text: str) -> None:
        self.stdout.write(f"  {what:<12}{text}")
        self.stdout.flush()

    def _prepare(self) -> None:
        """The database up to date, the demo filled, old ticks forgotten."""
        if ports.taken(self.port):
            again = f"script/demo --port {ports.free(self.port + 1)}" if settings.DEMO else f"manage.py serve --port {self.port + 1}"
            raise CommandError(f"Port {self.port} is taken by another program. Stop it, or choose another: {again}")
        (self.state / "logs").mkdir(exist_ok=True)
        started = time.monotonic()
        call_command("migrate", interactive=False, verbosity=0)
        self._say("database", f"up to date ({time.monotonic() - started:.0f} s)")
        if settings.DEMO:
            self._fill()
        broker = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("data_folder_in")
        if broker:  # what was rung before the last stop wakes nobody: what is due is a row
            shutil.rmtree(broker, ignore_errors=True)
            Path(broker).mkdir(parents=True)

    def _fill(self) -> None:
        mark = self.state / "demo"
        if not mark.exists() and accounts.first_user_token() is None:
            raise CommandError(f"{self.state} holds an installation that is not a demo. Choose another folder: script/demo --state DIR")
        mark.touch()
        started = time.monotonic()
        call_command("seed_demo", verbosity=0, stdout=io.StringIO())
        self._say("demo data", f"in place ({time.monotonic() - started:.0f} s)")

    def _await(self, child: int | None) -> None:
        """Until a child has ended; one that is no child of ours has."""
        status = 0
        if child is not None:
            with suppress(ChildProcessError):
                status = os.waitpid(child, 0)[1]
        if status:
            raise CommandError(
                f"The front end could not be built; what went wrong stands above and in {settings.BASE_DIR / '.cache' / 'logs'}."
            )

    def _drop(self, child: int | None) -> None:
        """End what is built beside us: a shell's background hears no Ctrl-C."""
        for pid in [child, *processes.descendants(child)] if child else []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _start(self) -> Supervision:
        platform = ports.free(self.port + 1)
        supervision = Supervision(
            environment={
                "GROUPOPS_STATE": str(self.state),
                "GROUPOPS_PYTHON": sys.executable,
                "GROUPOPS_PORT": str(self.port),
                "GROUPOPS_DEMO": str(settings.DEMO).lower(),
                "GROUPOPS_FAKE_PLATFORM_PORT": str(platform),
                "GROUPOPS_FAKE_PLATFORM_URL": f"http://127.0.0.1:{platform}",
                "PYTHONUNBUFFERED": "1",
            },
            log=self.state / "logs" / "supervisord.out",
            directory=settings.BASE_DIR,
        )
        connections.close_all()
        self.console = Console(self.state / "logs", sys.stdout)
        self.started = time.monotonic()
        supervision.start()
        record_tasks.heartbeat.delay()  # beat rings every 15 s; nobody wants to wait for that
        return supervision

    def _watch(self, supervision: Supervision) -> None:
        host = urlsplit(settings.PUBLIC_URL).netloc
        lacks = readiness.wait(self.port, host, seconds=READY_SECONDS, meanwhile=supervision.keep)
        if lacks:
            supervision.stop()
            raise CommandError(f"Not up after {READY_SECONDS} s: {lacks}. The logs are in {self.state / 'logs'}.")
        self.console.skip()  # it is up: how it came up is nobody's concern any more
        self._banner()
        while True:
            if supervision.keep():
                self._say("supervisor", "died and was started again, with everything below it")
            self.console.pump()
            time.sleep(LOOK_SECONDS)

    def _banner(self) -> None:
        self._say("started", f"web, worker, beat{', fake platform' if settings.DEMO else ''} ({time.monotonic() - self.started:.0f} s)\n")
        self._say("Open", settings.PUBLIC_URL)
        if settings.DEMO:
            self._say("User", "demo")
            self._say("Password", secret(self.state, "demo.password", size=9))
        elif token := accounts.first_user_token():
            self._say("First user", settings.PUBLIC_URL + reverse("first-user", args=[token]))
        self._say("State", f"{self.state} (logs in {self.state / 'logs'})")
        self._say("Stop", "Ctrl-C; nothing is lost, the next start takes seconds\n")
