"""Messages after an htmx request: none is lost, none comes twice."""

import json
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory

from groupops.shared.toasts import Toasts


def answer(response: HttpResponse, *, htmx: bool = True, text: str = "已保存") -> tuple[HttpResponse, CookieStorage]:
    """What leaves when a view that left a message answers with `response`; and what is still queued."""
    request = RequestFactory().post("/", headers={"HX-Request": "true"} if htmx else {})
    storage = request._messages = CookieStorage(request)  # type: ignore[attr-defined]

    def view(request: HttpRequest) -> HttpResponse:
        messages.success(request, text, extra_tags="undo:/back/")
        messages.error(request, "<b>")
        return response

    return Toasts(view)(request), storage


def items(response: HttpResponse) -> Any:
    """The toasts of an answer."""
    return json.loads(response["HX-Trigger"])["toast"]["items"]


def test_a_fragment_brings_them_along() -> None:
    """Text, kind and undo, in order; as JSON of ASCII, since headers hold nothing else."""
    response, storage = answer(HttpResponse("<li>"))
    assert items(response) == [
        {"text": "已保存", "kind": "success", "undo": "/back/"},
        {"text": "<b>", "kind": "danger", "undo": ""},
    ]
    assert response["HX-Trigger"].isascii()
    assert storage.used


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(status=302),
        HttpResponse(status=204),
        HttpResponse(headers={"HX-Redirect": "/"}),
        HttpResponse(headers={"HX-Refresh": "true"}),
    ],
    ids=lambda response: f"{response.status_code} {list(response.headers)[-1]}",
)
def test_they_wait_for_what_is_shown_next(response: HttpResponse) -> None:
    """The page that follows has a region of its own."""
    left, storage = answer(response)
    assert "HX-Trigger" not in left
    assert not storage.used


def test_pages_show_their_own() -> None:
    """Without htmx nothing is added."""
    left, storage = answer(HttpResponse("<html>"), htmx=False)
    assert "HX-Trigger" not in left
    assert not storage.used


@pytest.mark.parametrize(
    ("header", "others", "first"),
    [
        ("saved, closed", {"saved", "closed"}, "已保存"),
        (json.dumps({"saved": {"n": 1}}), {"saved"}, "已保存"),
        (json.dumps({"toast": {"text": "不行", "kind": "danger"}}), set(), "不行"),
    ],
)
def test_the_views_own_events_stay(header: str, others: set[str], first: str) -> None:
    """Both spellings of HX-Trigger; a refusal comes first."""
    response, _storage = answer(HttpResponse(headers={"HX-Trigger": header}))
    assert set(json.loads(response["HX-Trigger"])) == others | {"toast"}
    assert items(response)[0]["text"] == first


def test_a_fragment_that_shows_them_itself() -> None:
    """Rendered out of band by the view: not a second time."""
    request = RequestFactory().get("/", headers={"HX-Request": "true"})
    storage = request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    messages.info(request, "一次")

    def view(request: HttpRequest) -> HttpResponse:
        template = engines["django"].from_string("{% for message in messages %}{{ message }}{% endfor %}")
        return HttpResponse(template.render({"messages": messages.get_messages(request)}))

    response = Toasts(view)(request)
    assert response.content.decode() == "一次"
    assert storage.used
    assert "HX-Trigger" not in response
