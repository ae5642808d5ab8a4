"""Press the buttons of other pages for a person, several in one go: their views check, write and answer exactly as when pressed there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.contrib.messages import WARNING
from django.contrib.messages.storage.base import Message
from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve
from django.utils.translation import gettext as _

from groupops.shared.errors import Conflict
from groupops.shared.templatetags.ui import undo_url

KEPT = ("REMOTE_ADDR", "HTTP_HOST", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme")


class NotPressed(Conflict):
    """The page of the thing wants more than one key, or the thing is gone."""


@dataclass
class Said:
    """Takes the place of Django's message storage and keeps what the view says."""

    messages: list[Message] = field(default_factory=list)

    def add(self, level: int, message: Any, extra_tags: str = "") -> None:
        """As BaseStorage.add."""
        self.messages.append(Message(level, message, extra_tags))

    def __iter__(self) -> Iterator[Message]:
        """For a view that draws a page instead of leading to one."""
        return iter(self.messages)

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(str(message) for message in self.messages)

    @property
    def undo(self) -> str:
        """Where it can be taken back, if it can."""
        return next(filter(None, map(undo_url, self.messages)), "")


def press(request: HttpRequest, url: str, fields: tuple[tuple[str, str], ...] = ()) -> Said:
    """POST `fields` to `url`, an address of this site, as the person of `request`. Raises the view's refusals, and NotPressed."""
    address, said = urlsplit(url), Said()
    found, inner = resolve(address.path), _request(request, fields, said)
    inner.path = inner.path_info = address.path
    inner.GET = QueryDict(address.query)
    inner.resolver_match = found
    try:
        response = found.func(inner, *found.args, **found.kwargs)
    except Http404:
        raise NotPressed(_("This is no longer there: somebody has dealt with it.")) from None
    if response.status_code >= 400:
        raise NotPressed(_("This needs more than one key: open it."))
    if said.messages and all(message.level >= WARNING for message in said.messages):  # a page says its "no" so where it has no form
        raise NotPressed(said.text)
    return said


def _request(request: HttpRequest, fields: tuple[tuple[str, str], ...], said: Said) -> HttpRequest:
    """A request as from a form without script: no htmx headers, no idempotency key (the outer request has its own)."""
    inner, form = HttpRequest(), QueryDict(mutable=True)
    for name, value in fields:
        form.appendlist(name, value)
    inner.META = {name: request.META[name] for name in KEPT if name in request.META} | {"REQUEST_METHOD": "POST"}
    inner.method, inner.POST = "POST", form  # type: ignore[assignment]
    inner.user, inner.session, inner.COOKIES = request.user, request.session, request.COOKIES
    inner.LANGUAGE_CODE = getattr(request, "LANGUAGE_CODE", "")
    inner._messages = said  # type: ignore[attr-defined]
    return inner
