"""Where somebody is logged in: listed, ended one by one or all others, by a founder for a colleague."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from groupops.accounts import services as accounts
from groupops.accounts.guards import SeenSessions
from groupops.accounts.policy import device
from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden
from tests.accounts.keys import browser_of
from tests.factories.accounts import PASSWORD, UserFactory, founder, operator
from tests.factories.groups import NOW

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"


def test_devices_in_words() -> None:
    """What people call them; nothing where nothing is known."""
    assert (device(FIREFOX), device(EDGE), device("x")) == ("Firefox · Linux", "Edge · Windows", "")


def test_the_list_and_ending_all_others() -> None:
    """Device and address of each; the present one is marked and stays."""
    user = UserFactory()
    here, there = Client(HTTP_USER_AGENT=FIREFOX), Client(HTTP_USER_AGENT=EDGE, REMOTE_ADDR="203.0.113.9")
    for client in (here, there):
        assert client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})["Location"] == "/"
    page = here.get("/accounts/sessions/").content.decode()
    for said in ("Firefox · Linux", "Edge · Windows", "203.0.113.9"):
        assert said in page
    assert page.count("/end/") == 2  # the other's, and all others
    assert here.post("/accounts/sessions/others/end/").status_code == 302
    assert here.get("/accounts/profile/").status_code == 200
    assert there.get("/accounts/profile/").status_code == 302
    entry = AuditEntry.objects.get(verb="session.end_all")
    assert (entry.by, entry.detail.before) == (user, {"sessions": 1})


def test_ending_one_and_nobody_elses() -> None:
    """By its row; another's is not there, on the page and over the API."""
    user, other = UserFactory(), UserFactory()
    mine, second, theirs = browser_of(user), browser_of(user), browser_of(other)
    row = UserSession.objects.get(session_key=second.session.session_key)
    foreign = UserSession.objects.get(session_key=theirs.session.session_key)
    assert mine.post(f"/accounts/sessions/{foreign.pk}/end/").status_code == 404
    assert mine.delete(f"/api/v1/sessions/{foreign.pk}/").status_code == 404
    listed = mine.get("/api/v1/sessions/").json()["results"]
    assert sorted(one["is_current"] for one in listed) == [False, True]
    assert mine.post(f"/accounts/sessions/{row.pk}/end/").status_code == 302
    assert second.get("/accounts/profile/").status_code == 302
    assert theirs.get("/accounts/profile/").status_code == 200


def test_a_founder_ends_all_of_a_colleague() -> None:
    """And deactivating does so by itself; an operator may not."""
    user, boss = operator(), founder()
    theirs = browser_of(user)
    with pytest.raises(Forbidden):
        accounts.end_sessions(user=user, by=operator(), at=NOW)
    assert browser_of(boss).post(f"/accounts/people/{user.pk}/sessions/end/").status_code == 302
    assert theirs.get("/accounts/profile/").status_code == 302
    browser_of(user)
    accounts.update_user(user=user, by=boss, at=NOW, is_active=False)
    assert not UserSession.objects.filter(user=user).exists()


def test_being_seen_costs_a_write_now_and_then() -> None:
    """A session of before this was kept gets its row when it is seen; the next page costs nothing for it."""
    client = browser_of(UserFactory())
    UserSession.objects.all().delete()
    SeenSessions.seen.clear()
    client.get("/accounts/profile/")
    row = UserSession.objects.get()
    client.get("/accounts/profile/")
    assert UserSession.objects.get().last_seen_at == row.last_seen_at
