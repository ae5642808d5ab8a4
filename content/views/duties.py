"""今日值班: the duties of the day over all groups, each line one click, with a tick per group beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from content import queries
from content import services as content
from content.policy import Window
from content.queries import Echo, Line, Task
from content.views.found import back
from groupops.accounts.models import User
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Conflict

ORDER = (Window.NOW, Window.LATER, Window.OVER)
TICKS = 200  # groups of one line that are shown one by one


@dataclass(frozen=True)
class Asked:
    """Which duties a form means: a line by key and text, or what left at a moment under a title; all groups, or one."""

    key: str
    text: str
    group: str
    settled: str  # when; for an undo, which takes back what its own click did and nothing else

    @classmethod
    def read(cls, request: HttpRequest) -> "Asked":
        """From the form, or from the address of an undo."""
        given = request.POST if "key" in request.POST else request.GET
        return cls(*(given.get(name, "")[:200] for name in ("key", "text", "group", "settled")))

    def tasks(self, user: User, at: datetime) -> list[Task]:
        """The tasks that are the user's."""
        moment = parse_datetime(self.key.removeprefix("left:")) if self.key.startswith("left:") else None
        lines: list[Line | Echo] = []
        if moment is not None:
            lines += [echo for echo in queries.echoes(user, at) if (echo.due_at, echo.title) == (moment, self.text)]
        else:
            lines += [line for line in queries.duty_lines(user, at) if (line.key, line.text) == (self.key, self.text)]
        return [task for line in lines for task in line.tasks if self.group in {"", str(task.group.pk)}]

    def undo(self, at: datetime) -> str:
        """The address that takes back what was settled at that moment."""
        query = {"key": self.key, "text": self.text, "group": self.group, "settled": at.isoformat()}
        return f"{reverse('content:duty-reopen')}?{urlencode(query)}"


@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """What the staff owes today. `?open=` shows one line group by group."""
    user, at = actor(request), clock.now()
    lines, echoes = sorted(queries.duty_lines(user, at), key=lambda line: ORDER.index(line.window)), queries.echoes(user, at)
    opened = request.GET.get("open", "")
    context = {
        "lines": [_row(line, f"{line.key}|{line.text}", opened) for line in lines],
        "echoes": [_row(echo, f"left:{echo.due_at.isoformat()}|{echo.title}", opened) for echo in echoes],
    }
    return render(request, "content/duties.html", context)


def _row(line: Line | Echo, name: str, opened: str) -> dict[str, Any]:
    key, text = name.split("|", 1)
    shown = line.tasks[:TICKS] if name == opened else []
    only = line.tasks[0].group if len(line.tasks) == 1 else None
    return {"line": line, "key": key, "text": text, "name": name, "only": only, "tasks": shown, "more": len(line.tasks) - len(shown)}


@require_POST
@once
def settle_duty(request: HttpRequest) -> HttpResponse:
    """Settle a duty in every group of the line that is the user's, or in one: `do` is `done` or `left`."""
    asked, at, user = Asked.read(request), clock.now(), actor(request)
    tasks = [task for task in asked.tasks(user, at) if task.done is None]
    done = request.POST.get("do", "done") != "left"
    count = content.settle_duties(tasks=tasks, done=done, by=user, at=at)
    if not count:
        raise Conflict(_("Somebody has settled this already, or its time is over."))
    said = ngettext("%(text)s: settled in %(n)d group.", "%(text)s: settled in %(n)d groups.", count) % {"text": asked.text, "n": count}
    messages.success(request, said, extra_tags=f"undo:{asked.undo(at)}")
    return back(request, "content:duties")


@require_POST
@once
def reopen_duty(request: HttpRequest) -> HttpResponse:
    """Take a settled duty back, in every group of the line or in one."""
    asked, at, user = Asked.read(request), clock.now(), actor(request)
    tasks = [task for task in asked.tasks(user, at) if task.done and asked.settled in {"", task.done.at.isoformat()}]
    count = content.reopen_duties(tasks=tasks, by=user, at=at)
    messages.success(request, ngettext("Open again in %(n)d group.", "Open again in %(n)d groups.", count) % {"n": count})
    return back(request, "content:duties")
