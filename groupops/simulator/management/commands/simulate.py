"""Plays a community that does not exist: `manage.py simulate --groups 4 --members 300 --days 90 --seed 7`."""

import time
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.groups import services as groups
from groupops.messaging import services as messaging
from groupops.messaging.models import Connection
from groupops.shared import clock
from groupops.shared.errors import Refused
from groupops.simulator import history, hosting, live, playing
from groupops.simulator.happening import utc
from groupops.simulator.playing import Play
from groupops.simulator.rhythm import ZONE, at
from groupops.simulator.world import ONE, World, numbered
from members.questions import services as questions

BAR = "{percentage:3.0f} %|{bar}| day {n:.0f} of {total:.0f}, {elapsed}{postfix}"
GO_ON = "The same command goes on where this one stopped."
INTERRUPTED = 130  # what a shell expects of Ctrl-C
ACCOUNT = "groupops"


class Command(BaseCommand):
    """Resumable, and harmless when repeated."""

    help = "Let a community that does not exist live through its history, on the fake platform, through the door and the pipeline."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large, how long, which luck; and what to do with it."""
        parser.add_argument("--groups", type=int, default=4, help="of the four kinds of the plan in turn (4)")
        parser.add_argument("--members", type=int, default=300, help="of each group, when its history ends (300)")
        parser.add_argument("--days", type=int, default=90, help="of history (90)")
        parser.add_argument("--seed", type=int, default=7, help="the same seed and end give the same history, byte for byte (7)")
        parser.add_argument("--end", type=date.fromisoformat, metavar="DATE", help="the last day of the history (yesterday)")
        parser.add_argument("--export", type=Path, metavar="FILE", help="write the history as JSON Lines instead of playing it")
        parser.add_argument("--live", action="store_true", help="go on living afterwards, until Ctrl-C")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it out, or play it."""
        end: date = options["end"] or clock.now().astimezone(ZONE).date() - ONE
        world = _world(options, end)
        until = at(end + ONE, 0)
        try:
            if options["export"]:
                return self._export(world, options["export"], until)
            self._play(world, until, options)
        except Refused as refused:
            raise CommandError(f"{refused} {GO_ON}") from None
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The database does not answer ({error.__class__.__name__}). {GO_ON}") from error
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {GO_ON}", returncode=INTERRUPTED) from None

    def _export(self, world: World, path: Path, until: datetime) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            count = history.export(world, file, until=until)
        self.stdout.write(f"{path}: {count} happenings")

    def _play(self, world: World, until: datetime, options: dict[str, Any]) -> None:
        with hosting.platform() as puppets:
            lives = puppets.settle(world)
            if lives != world:
                self.stdout.write(f"The community of seed {world.seed} opened on {lives.opened}: it goes on as it began.")
            play = Play(lives, _connection(lives), puppets)
            play.open(owner=_founder())
            self._history(play, until, shown=bool(options["verbosity"]))
            if options["live"]:
                live.go_on(play, now=clock.now)

    def _history(self, play: Play, until: datetime, *, shown: bool) -> None:
        began, count, new = time.monotonic(), 0, 0
        with _bar((utc(until) - utc(at(play.world.opened, 0))) / ONE, shown=shown) as bar:
            for played in play.until(until):
                count, new = count + played.happenings, new + played.new
                bar.set_postfix_str(_rate(count, began), refresh=False)
                bar.n = (played.until - utc(at(play.world.opened, 0))) / ONE
                bar.refresh()
        questions.lapse(at=until)
        groups.assess(at=until)
        self.stdout.write(f"{new} new happenings, {time.monotonic() - began:.1f} s, {_rate(new, began)}")
        if parked := playing.parked(play.connection):
            raise CommandError(f"{parked} events could not be understood and are parked.")


def _world(options: dict[str, Any], end: date) -> World:
    for name, least, most in (("groups", 1, 50), ("members", 5, 2000), ("days", 1, 730), ("seed", 0, 999999)):
        if not least <= options[name] <= most:
            raise CommandError(f"--{name} wants a number from {least} to {most}.")
    return numbered(seed=options["seed"], groups=options["groups"], members=options["members"], days=options["days"], end=end)


def _founder() -> User:
    found = User.objects.filter(role=Role.FOUNDER, is_active=True).order_by("pk").first()
    if found is None:
        raise CommandError("There is no founder yet who could own the groups: manage.py first_user_link")
    return found


def _connection(world: World) -> Connection:
    """A channel of the community's own: nothing that happened before it came is told to it."""
    name = f"模拟平台 {world.seed}"
    found = Connection.objects.filter(name=name).first()
    typed = {"account": f"{ACCOUNT}-{world.seed}"}
    return found or messaging.connect(name=name, kind="memory", typed=typed, by=_founder(), at=utc(at(world.opened, 8)))


def _bar(days: float, *, shown: bool) -> "tqdm[Any]":
    """Only a terminal gets one; a terminal that does not know its size gets one of 80 characters."""
    size = get_terminal_size()
    return tqdm(total=days, bar_format=BAR, ncols=size.columns, nrows=size.lines, disable=None if shown else True)


def _rate(count: int, began: float) -> str:
    return f"{count / max(time.monotonic() - began, timedelta.resolution.total_seconds()):.0f} happenings/s"
