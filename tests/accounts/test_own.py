"""One's own: profile, the switches, tokens over page and API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from groupops.accounts import services as accounts
from groupops.accounts.models import ApiToken, User
from groupops.accounts.policy import MOST_TOKENS, Scope
from groupops.record.models import AuditEntry
from groupops.shared import clock
from tests.factories.accounts import UserFactory, founder, viewer

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    """Their browser."""
    client = Client()
    client.force_login(user)
    return client


def bearer(text: str) -> dict[str, Any]:
    """The header of a program."""
    return {"headers": {"Authorization": f"Bearer {text}"}}


def token_of(user: User, scope: Scope = Scope.WRITE, **values: Any) -> str:
    """The text of a new token."""
    return accounts.create_token(user=user, name="t", scope=scope, expires_at=values.get("expires_at"), at=clock.now())[1]


def test_the_first_visit_is_chinese_until_switched() -> None:
    """Whatever the browser says; the switch works before the login and leads back."""
    client = Client(headers={"Accept-Language": "en"})
    assert 'lang="zh-Hans"' in client.get("/accounts/login/").content.decode()
    answer = client.post("/accounts/preferences/", {"language": "en", "next": "/accounts/login/?x=1"})
    assert answer["Location"] == "/accounts/login/?x=1"
    assert 'lang="en"' in client.get("/accounts/login/").content.decode()


def test_the_switches_are_kept_on_the_user() -> None:
    """Language and theme, each alone; a value that is none is refused; a foreign `next` is not followed."""
    user = viewer()
    client = client_of(user)
    assert client.post("/accounts/preferences/", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"
    client.post("/accounts/preferences/", {"language": "en"})
    user.refresh_from_db()
    assert (user.theme, user.language) == ("dark", "en")
    assert client.post("/accounts/preferences/", {"theme": "pink"}).status_code == 422
    assert client.get("/accounts/preferences/").status_code == 405


def test_the_profile_is_one_s_own() -> None:
    """Saved, audited where others are concerned; role and username cannot come along."""
    user = viewer(name="旧")
    client = client_of(user)
    values = {"name": "新", "email": "", "language": "en", "theme": "light", "zone": "Europe/Berlin", "role": "founder", "username": "root"}
    assert client.post("/accounts/profile/", values).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.zone, user.role) == ("新", "Europe/Berlin", "viewer")
    assert AuditEntry.objects.get(verb="user.profile").detail.after == {"name": "新"}
    refused = client.post("/accounts/profile/", values | {"zone": "Mars/Base", "name": "X"})
    assert refused.status_code == 422
    user.refresh_from_db()
    assert user.name == "新"


def test_a_zone_that_vanished_breaks_no_page() -> None:
    """The site's zone serves."""
    assert client_of(UserFactory(zone="Mars/Base")).get("/accounts/profile/").status_code == 200


def test_a_token_is_shown_once_and_works() -> None:
    """Only its digest is kept; reading scope reads; the line of an act says which token it came from."""
    user = founder()
    page = client_of(user).post("/accounts/tokens/", {"name": "n", "scope": "write", "days": ""})
    text = page.context["text"]
    assert text in page.content.decode()
    assert text not in client_of(user).get("/accounts/tokens/").content.decode()
    assert Client().get("/api/v1/people/me/", **bearer(text)).json()["username"] == user.username
    made = Client().post("/api/v1/people/", {"username": "amy", "role": "viewer"}, content_type="application/json", **bearer(text))
    assert made.status_code == 201
    assert AuditEntry.objects.get(verb="user.invite").source.startswith(f"api {ApiToken.objects.get().prefix}")
    assert ApiToken.objects.get().last_used_at


def test_bad_tokens_are_refused() -> None:
    """Unknown, expired, revoked, of a deactivated user: 401 with the scheme."""
    user = founder()
    dead = token_of(user, expires_at=clock.now() - timedelta(seconds=1))
    gone = token_of(user)
    accounts.revoke_token(token=ApiToken.objects.latest("id"), by=user, at=clock.now())
    off = token_of(UserFactory(is_active=False))
    for text in ("", "gops_x_y", dead, gone, off, "\u00e4"):
        answer = Client().get("/api/v1/people/me/", HTTP_AUTHORIZATION=f"Bearer {text}")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer"), text
        assert answer["Content-Type"] == "application/problem+json"


def test_a_reading_token_does_not_write_and_no_token_makes_tokens() -> None:
    """403 both."""
    user = founder()
    body: dict[str, Any] = {"data": {"name": "x"}, "content_type": "application/json"}
    assert Client().patch("/api/v1/people/me/", **body, **bearer(token_of(user, Scope.READ))).status_code == 403
    new: dict[str, Any] = {"data": {"name": "x", "scope": "write"}, "content_type": "application/json"}
    assert Client().post("/api/v1/tokens/", **new, **bearer(token_of(user))).status_code == 403


def test_tokens_of_others_do_not_exist() -> None:
    """404 for revoking; a founder may."""
    user, other = viewer(), viewer()
    token_of(other)
    token = ApiToken.objects.get()
    assert client_of(user).post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    assert client_of(user).delete(f"/api/v1/tokens/{token.pk}/").status_code == 404
    assert client_of(founder()).post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at


def test_a_person_keeps_a_handful_of_tokens() -> None:
    """The next one is refused on the form."""
    user = viewer()
    for _n in range(MOST_TOKENS):
        token_of(user)
    assert client_of(user).post("/accounts/tokens/", {"name": "n", "scope": "read", "days": "30"}).status_code == 422


def test_the_api_manages_people() -> None:
    """A founder's list, change, link; unknown fields are refused; others reach only `me`."""
    boss, user = founder(), viewer()
    client = client_of(boss)
    assert len(client.get("/api/v1/people/?limit=1").json()["results"]) == 1
    url = f"/api/v1/people/{user.pk}/"
    assert client.patch(url, {"role": "admin"}, content_type="application/json").json()["role"] == "admin"
    refused = client.patch(url, {"rank": 1}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["rank"])
    assert client.post(f"{url}link/").json()["link"].startswith("http")
    mine = client_of(user)
    assert mine.patch("/api/v1/people/me/", {"theme": "dark"}, content_type="application/json").json()["theme"] == "dark"
    assert mine.patch("/api/v1/people/me/", {"role": "founder"}, content_type="application/json").status_code == 422
    for path in ("/api/v1/people/", url, "/api/v1/people/me/link/"):
        assert mine.get(path).status_code in (403, 405), path
    assert mine.post("/api/v1/people/me/link/").status_code == 403
