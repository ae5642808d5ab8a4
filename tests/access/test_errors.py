"""Errors in the shape their reader expects: our pages in both languages, problem+json for programs, never a bare text."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import translation

from tests.factories.accounts import founder, viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Iterator[Client]:
    """A founder's browser that sees answers, not exceptions."""
    client = Client(raise_request_exception=False)
    client.force_login(founder())
    yield client
    translation.deactivate()


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The body, after it was seen to be problem+json."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:groupops:error:")
    assert body["detail"]
    return body


def test_programs_get_problem_json(client: Client) -> None:
    """Unknown route, method, malformed and unsupported bodies, missing login, refusals."""
    problem(client.get("/api/v1/nothing/"), 404)
    problem(client.get("/api/"), 404)
    problem(client.get("/in/nobody/"), 405) if client.get("/in/nobody/").status_code == 405 else problem(client.get("/in/nobody/"), 404)
    problem(client.delete("/api/v1/people/"), 405)
    problem(client.post("/api/v1/people/", b"{", content_type="application/json"), 400)
    problem(client.post("/api/v1/people/", b"[" * 100_000, content_type="application/json"), 400)
    problem(client.post("/api/v1/people/", b'{"username": NaN}', content_type="application/json"), 400)
    problem(client.post("/api/v1/people/", b'{"username": "\\u0000"}', content_type="application/json"), 400)
    problem(client.post("/api/v1/people/", b'{"\\ud800": 1}', content_type="application/json"), 400)
    problem(client.post("/api/v1/people/", b"x", content_type="text/plain"), 415)
    problem(client.post("/api/v1/people/", b"[]", content_type="application/json"), 422)
    assert "errors" in problem(client.post("/api/v1/people/", b"{}", content_type="application/json"), 422)
    assert problem(Client().get("/api/v1/people/"), 401)
    problem(client.get("/api/v1/people/?after=damaged"), 422)
    problem(client.get("/api/v1/people/?limit=1000"), 422)


def test_too_many_requests_say_when_to_come_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """429 with Retry-After."""
    monkeypatch.setattr("rest_framework.throttling.UserRateThrottle.THROTTLE_RATES", {"user": "2/min"})
    answers = [client.get("/api/v1/people/me/") for _ in range(3)]
    problem(answers[2], 429)
    assert int(answers[2]["Retry-After"]) > 0


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_people_get_our_pages(client: Client, language: str) -> None:
    """400, 403, 404, 405 in the reader's language."""
    client.post("/accounts/preferences/", {"language": language})
    other = Client(raise_request_exception=False)
    other.force_login(viewer(language=language))
    answers = {
        400: client.get("/accounts/people/?q=%00"),
        403: other.get("/accounts/people/"),
        404: client.get("/nothing/"),
        405: client.get("/accounts/preferences/"),
        409: client.get("/accounts/invitation/x/"),
        422: client.get("/accounts/people/?after=damaged"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        page = answer.content.decode()
        assert 'lang="zh-Hans"' in page if language == "zh-hans" else 'lang="en"' in page
        assert "data-error-message" in page


@pytest.mark.parametrize(
    "path",
    ["/accounts/people/?q=%00", "/audit/?q=a%00b", "/%00", "/audit/?since=0001-01-01", "/accounts/people/9223372036854775808/", "/?x=%00"],
)
def test_text_that_no_database_keeps_is_refused(client: Client, path: str) -> None:
    """400 on both databases, before a view sees it."""
    assert client.get(path).status_code == 400


def test_forms_refuse_it_too(client: Client) -> None:
    """In values, in names and in file names; overlong text is the form's own 422."""
    assert client.post("/accounts/tokens/", {"name": "a\0b"}).status_code == 400
    assert client.post("/accounts/tokens/", {"na\0me": "x"}).status_code == 400
    assert client.post("/accounts/tokens/", {"name": "x" * 5000, "scope": "read"}).status_code == 422
    assert client.post("/accounts/tokens/", b"--x\r\n", content_type="multipart/form-data; boundary=x").status_code in (400, 422)


def test_a_form_from_before_the_login_says_reload() -> None:
    """CSRF failure is a page of ours, and a toast for htmx."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert "data-error-message" in answer.content.decode()
    fragment = client.post("/accounts/login/", {"login": "x"}, headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Reswap"]) == (403, "none")


def test_a_refusal_is_a_toast_for_htmx(client: Client) -> None:
    """The page stays as it was; the sentence comes along."""
    answer = client.get("/accounts/invitation/x/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Reswap"]) == (409, "none")
    assert '"toast"' in answer["HX-Trigger"]


def broken(*args: object, **kwargs: object) -> None:
    """A database that is gone."""
    raise OperationalError("connection refused")


def test_a_lost_database_is_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a view meets it, where a middleware meets it, and for programs; without asking the database again."""
    monkeypatch.setattr("groupops.accounts.queries.people", broken)
    view = client.get("/accounts/people/")
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", broken)
    middleware = client.get("/accounts/profile/")
    for answer in (view, middleware):
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "暂时无法访问" in answer.content.decode()
    problem(client.get("/api/v1/people/"), 503)


def test_a_bug_is_500_and_tells_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both languages on one page, no trace of the exception."""

    def crash(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("groupops.accounts.queries.people", crash)
    page = client.get("/accounts/people/")
    assert page.status_code == 500
    assert "secret" not in page.content.decode()
    problem(client.get("/api/v1/people/"), 500)


def test_an_unknown_host_is_refused() -> None:
    """400, whatever it asks for."""
    assert Client(raise_request_exception=False).get("/", headers={"Host": "evil.example"}).status_code == 400


def test_every_answer_is_armoured(client: Client) -> None:
    """CSP without unsafe-anything, no framing, no sniffing, no caching of what people see."""
    for path in ("/accounts/profile/", "/nothing/", "/api/v1/people/me/"):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert "private" in answer["Cache-Control"]
        assert answer["X-Request-ID"]


def test_cookies_are_out_of_reach_of_scripts() -> None:
    """HttpOnly and Lax, all of them."""
    founder(username="amy")
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "amy", "password": "a long enough password"})
    client.post("/accounts/preferences/", {"language": "en"})
    assert {"sessionid", "csrftoken", "language"} <= set(client.cookies)
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key
