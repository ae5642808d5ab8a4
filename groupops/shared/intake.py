"""What no database can keep is refused at the door: NUL characters, lone surrogates, JSON nested beyond reason."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from groupops.shared.errors import Refused

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
LARGEST_ID = 2**63 - 1
SURROGATE = re.compile("[\ud800-\udfff]")


class Unreadable(Refused):
    """The body is not JSON in UTF-8, or holds text that cannot be kept."""

    status = 400
    code = "unreadable"


class CleanInput:
    """Answers 400 to text that PostgreSQL refuses, before any view trips over it. SQLite would keep it: both refuse alike."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _demand_clean([request.path, *request.COOKIES.values(), *_texts(request.GET.lists())])
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Forms are read here, not earlier: a view that wants the raw bytes (a webhook door) is exempt from CSRF and from this."""
        if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
            raise BadRequest("an id that no row can have")
        if request.method == "POST" and request.content_type in FORMS and not getattr(view, "csrf_exempt", False):
            names = (file.name for _name, files in request.FILES.lists() for file in files if hasattr(file, "name"))
            _demand_clean([*_texts(request.POST.lists()), *names])


def read_json(body: bytes) -> Any:
    """The JSON value of a body. Raises Unreadable for anything that is not one or that no database could keep."""
    try:
        value = json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):  # ValueError covers bad UTF-8, bad JSON, NaN and numbers of 5,000 digits
        raise Unreadable(_("The body is not JSON in UTF-8.")) from None
    if not all(map(is_clean, _strings(value))):
        raise Unreadable(_("The text contains characters that cannot be stored."))
    return value


def is_clean(text: str) -> bool:
    """Whether both databases can keep `text`: no NUL, no lone surrogate."""
    return "\0" not in text and (text.isascii() or SURROGATE.search(text) is None)


def is_unstorable(error: Exception) -> bool:
    """Whether the database refused a value for its shape: too long, out of range, not text. The caller's fault, not ours."""
    return (
        isinstance(error, (DataError, UnicodeEncodeError))
        or (isinstance(error, OverflowError) and ("SQLite" in str(error) or "date value" in str(error)))  # the day before year 1
        or (isinstance(error, ValueError) and "NUL (0x00)" in str(error))
    )


def _demand_clean(texts: Iterable[Any]) -> None:
    if not all(is_clean(text) for text in texts if isinstance(text, str)):
        raise BadRequest("text that no database can keep")


def _texts(lists: Iterable[tuple[str, list[Any]]]) -> Iterator[Any]:
    for name, values in lists:
        yield name
        yield from values


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]  # a stack, not recursion: json.loads accepts deeper nesting than Python's call stack likes
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            waiting += [*found.keys(), *found.values()]
        elif isinstance(found, list):
            waiting += found


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON
