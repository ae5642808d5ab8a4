"""The doors in: first user, login, lock-out, logout."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from groupops.accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory, founder

pytestmark = pytest.mark.django_db


def test_the_first_user_comes_by_the_printed_link(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints it; the page makes a founder and logs them in; then there is no link any more."""
    call_command("first_user_link")
    found = re.search(r"http://localhost:8000(/accounts/first-user/\S+)", capsys.readouterr().out)
    assert found
    path, client = found[1], Client()
    assert client.get(path).status_code == 200
    values = {"username": "boss", "name": "老板", "password1": "a quiet harbour", "password2": "a quiet harbour", "_once": "k"}
    assert client.post(path, values | {"password1": "boss boss boss"}).status_code == 422
    assert client.post(path, values)["Location"] == "/"
    assert User.objects.get().role == "founder"
    assert client.get("/accounts/profile/").status_code == 200
    assert Client().get(path).status_code == 409
    call_command("first_user_link")
    assert "/accounts/login/" in capsys.readouterr().out


def test_a_damaged_link_is_refused() -> None:
    """409 and a sentence, not a crash."""
    for path in ("/accounts/first-user/x/", "/accounts/invitation/x/", "/accounts/invitation/ImZpcnN0Ig:x:y/"):
        assert Client().get(path).status_code == 409


def test_ten_wrong_passwords_lock_the_door() -> None:
    """Our 429 page with the time to wait; the right password does not help; another user is not locked."""
    UserFactory(username="amy")
    UserFactory(username="bob")
    client = Client()
    codes = [client.post("/accounts/login/", {"login": "amy", "password": f"wrong {n}"}).status_code for n in range(12)]
    assert codes[:9] == [422 if codes[0] == 422 else 200] * 9
    assert codes[-1] == 429
    locked = client.post("/accounts/login/", {"login": "amy", "password": PASSWORD})
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert "429" in locked.content.decode()
    assert client.post("/accounts/login/", {"login": "bob", "password": PASSWORD})["Location"] == "/"


def test_nobody_signs_up() -> None:
    """Of allauth's pages only those for invited people exist."""
    for path in ("signup/", "email/", "password/reset/", "password/set/", "login/code/confirm/"):
        assert Client().get(f"/accounts/{path}").status_code == 404


def test_pages_need_a_login_and_fragments_say_so() -> None:
    """A page redirects; an htmx request is told to load the login page whole."""
    page = Client().get("/accounts/profile/?x=1")
    assert page["Location"] == "/accounts/login/?next=/accounts/profile/%3Fx%3D1"
    fragment = Client().get("/accounts/profile/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, "/accounts/login/")


def test_login_leads_only_to_pages_of_ours() -> None:
    """An open redirect would lend our name to a thief."""
    founder(username="amy")
    for wanted in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = Client().post("/accounts/login/", {"login": "amy", "password": PASSWORD, "next": wanted})
        assert "evil" not in answer["Location"]
        assert answer["Location"].startswith("/")


def test_a_logout_ends_the_session() -> None:
    """By POST; a link of somebody else's cannot log people out."""
    client = Client()
    client.force_login(founder())
    assert client.get("/accounts/logout/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/accounts/profile/").status_code == 302


def test_a_new_password_ends_other_sessions() -> None:
    """And leaves a line in the trail."""
    user = founder(username="amy")
    here, there = Client(), Client()
    here.force_login(user)
    there.force_login(user)
    answer = here.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "a quiet harbour", "password2": "a quiet harbour"}
    )
    assert answer.status_code == 302
    assert here.get("/accounts/profile/").status_code == 200
    assert there.get("/accounts/profile/").status_code == 302
