"""Feeds a recorded history into a group: `manage.py replay FILE --connection C --group G [--speed N|max]`."""

import math
import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from shutil import get_terminal_size
from typing import Any, Never, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from django.db.models import Model, Q
from django.urls import reverse
from tqdm import tqdm

from groupops.groups.models import Group
from groupops.inbound import playback, queries, readers, recording, services
from groupops.inbound.models import EventState
from groupops.inbound.recording import RENAME, Survey
from groupops.messaging.models import Binding, Connection
from groupops.shared import clock

Row = TypeVar("Row", bound=Model)
BAR = "{percentage:3.0f} %|{bar}| line {n_fmt} of {total_fmt}, {elapsed}{postfix}"
GO_ON = "The same command goes on where this one stopped."
INTERRUPTED = 130  # what a shell expects of Ctrl-C


def speed(text: str) -> float:
    """The value of --speed: so many times real time, or infinite."""
    try:
        value = playback.AT_ONCE if text == "max" else float(text)
    except ValueError:
        value = math.nan
    if not value > 0 or (math.isinf(value) and text != "max"):
        raise ArgumentTypeError(f"“{text}” is neither max nor a number above zero")
    return value


class Command(BaseCommand):
    """Resumable, and harmless when repeated."""

    help = "Feed a recorded history or a chat export into a group, by the door through which its platform's events come."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The recording, where it goes, and how fast."""
        parser.add_argument("file", type=Path, help="the recording; docs/how-to/replay.md says what its lines look like")
        parser.add_argument("--connection", required=True, metavar="C", help="the channel of the group's room: its name or number")
        parser.add_argument("--group", required=True, metavar="G", help="the group: its name or number")
        parser.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="the day of an export that writes only times")
        parser.add_argument("--speed", type=speed, default=playback.AT_ONCE, metavar="N|max", help="N times real time, or max (default)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at all of the recording first: a bad line means that nothing of it is stored."""
        path: Path = options["file"]
        binding = _binding(_find(Connection, options["connection"]), _find(Group, options["group"]))
        survey = _survey(path, binding, options["day"] or "")
        try:
            self._play(path, binding, survey, options)
        except (recording.BadLine, readers.Unreadable) as bad:  # somebody wrote to it since
            raise CommandError(f"{path}, {bad}. Nothing from this batch on is stored.") from None
        except services.RoomChanged as gone:
            raise CommandError(f"{gone} {GO_ON}") from None
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The database does not answer ({error.__class__.__name__}). {GO_ON}") from error
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {GO_ON}", returncode=INTERRUPTED) from None

    def _play(self, path: Path, binding: Binding, survey: Survey, options: dict[str, Any]) -> None:
        began, new, messages = time.monotonic(), 0, 0
        with _bar(survey.lines, shown=bool(options["verbosity"])) as bar:
            for played in playback.play(path=path, binding=binding, speed=options["speed"], now=clock.now, day=options["day"] or ""):
                new, messages = new + played.new, messages + played.messages
                bar.set_postfix_str(_rate(messages, began) + (f", {played.waiting} wait" if played.waiting else ""), refresh=False)
                bar.n = played.line
                bar.refresh()
        self._report(path, binding, survey, f"{new} new ({messages} messages), {time.monotonic() - began:.1f} s, {_rate(messages, began)}")

    def _report(self, path: Path, binding: Binding, survey: Survey, did: str) -> None:
        renames = f", {survey.kinds[RENAME]} renames" if survey.kinds[RENAME] else ""
        self.stdout.write(f"{path.name} → {binding.group}: {survey.events} events{renames}; {did}")
        if parked := queries.replayed(binding, EventState.PARKED).count():
            where = f"{settings.PUBLIC_URL}{reverse('inbound:parked')}"
            raise CommandError(f"{parked} events could not be understood and are parked: {where}")


def _bar(total: int, *, shown: bool) -> "tqdm[Never]":
    """Only a terminal gets one; a terminal that does not know its size gets one of 80 characters."""
    size = get_terminal_size()
    return tqdm(total=total, bar_format=BAR, ncols=size.columns, nrows=size.lines, disable=None if shown else True)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a day: write it as 2026-11-20") from None


def _survey(path: Path, binding: Binding, day: str) -> Survey:
    if not path.is_file():  # it is read twice, which a pipe does not allow
        raise CommandError(f"{path} is not a file.")
    try:
        return recording.survey(readers.lines(path, group=binding.group, room="", at=clock.now(), day=day))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except (recording.BadLine, readers.Unreadable) as bad:
        raise CommandError(f"{path}, {bad}. Nothing was stored.") from None


def _rate(messages: int, began: float) -> str:
    return f"{messages / max(time.monotonic() - began, 0.001):.0f} messages/s"


def _find(model: type[Row], given: str) -> Row:
    """By name or number. Raises CommandError for nothing, and for what names one and numbers another."""
    wanted = Q(name=given)
    if given.isdecimal() and len(given) < 19:  # digits of the largest number that a database takes
        wanted |= Q(pk=int(given))
    what = model._meta.model_name
    match list(model._default_manager.filter(wanted)):
        case [row]:
            return row
        case []:
            raise CommandError(f"There is no {what} “{given}”.")
        case rows:
            raise CommandError(
                f"“{given}” is the name of one {what} and the number of another: {', '.join(f'{row} ({row.pk})' for row in rows)}."
            )


def _binding(connection: Connection, group: Group) -> Binding:
    """The group's room. A replay uses the door of a platform, so there must be one: a room that nobody bound is refused."""
    page = f"{settings.PUBLIC_URL}{reverse('messaging:bind', args=[group.pk])}"
    binding = Binding.objects.select_related("connection", "group").filter(group=group).first()
    if binding is None:
        raise CommandError(f"“{group}” has no room yet, so nothing can be heard from it. Choose one of “{connection}” here: {page}")
    if binding.connection_id != connection.pk:
        raise CommandError(
            f"“{group}” is a room of “{binding.connection}”, not of “{connection}”. Name that channel, or change it here: {page}"
        )
    return binding
