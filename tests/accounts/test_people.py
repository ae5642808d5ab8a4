"""People and roles: inviting, changing, deactivating; the last founder stays."""

import threading

import pytest
from django.db import connections
from django.test import Client

from groupops.accounts import services as accounts
from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden, Refused
from tests.factories.accounts import PASSWORD, UserFactory, founder, operator
from tests.factories.groups import NOW

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    """Their browser."""
    client = Client()
    client.force_login(user)
    return client


def test_only_a_founder_manages_people() -> None:
    """On the page and in the service."""
    boss = operator()
    assert client_of(boss).get("/accounts/people/").status_code == 403
    with pytest.raises(Forbidden):
        accounts.invite(username="x", name="", email="", role=Role.VIEWER, by=boss, at=NOW)


def test_an_invitation_from_link_to_login() -> None:
    """The founder makes an account over the API and gets a link; it works once; afterwards the new password logs in."""
    sent = {"username": "amy", "name": "阿青", "role": "volunteer"}
    made = client_of(founder()).post("/api/v1/people/", sent, content_type="application/json")
    path = made.json()["link"].removeprefix("http://localhost:8000")
    guest = Client()
    assert guest.get(path).status_code == 200
    assert guest.post(path, {"password1": "12345", "password2": "12345"}).status_code == 422
    assert guest.post(path, {"password1": "a quiet harbour", "password2": "a loud harbour"}).status_code == 422
    chosen = {"password1": "a quiet harbour", "password2": "a quiet harbour"}
    assert guest.post(path, chosen).status_code == 302
    assert guest.get("/accounts/profile/").status_code == 200  # logged in
    assert Client().get(path).status_code == 409
    assert Client().post("/accounts/login/", {"login": "AMY", "password": "a quiet harbour"}).status_code == 302
    verbs = list(AuditEntry.objects.order_by("id").values_list("verb", "source"))
    assert verbs == [("user.invite", "web 127.0.0.1"), ("user.accept", "web 127.0.0.1"), ("user.login", "web 127.0.0.1")]


def test_usernames_differ_in_more_than_case() -> None:
    """Login asks without regard to case, so two that differ in nothing else may not be."""
    UserFactory(username="Amy")
    sent = {"username": "aMY", "role": "viewer"}
    assert client_of(founder()).post("/api/v1/people/", sent, content_type="application/json").status_code == 422
    assert User.objects.filter(username__iexact="amy").count() == 1


def test_a_new_link_for_somebody_who_forgot() -> None:
    """The old password works until the new one is chosen; then the link is dead."""
    user = UserFactory(username="amy")
    page = client_of(founder()).post(f"/accounts/people/{user.pk}/link/")
    path = page.context["link"].removeprefix("http://localhost:8000")
    assert Client().post("/accounts/login/", {"login": "amy", "password": PASSWORD})["Location"] == "/"
    assert Client().post(path, {"password1": "a quiet harbour", "password2": "a quiet harbour"}).status_code == 302
    assert Client().get(path).status_code == 409


def test_a_deactivated_user_is_out_at_once() -> None:
    """Session, password and link are refused; reactivating lets them in again."""
    user = UserFactory(username="amy")
    boss, browser = client_of(founder()), client_of(user)
    token = accounts.invitation_token(user)
    assert browser.get("/accounts/profile/").status_code == 200
    assert boss.post(f"/accounts/people/{user.pk}/deactivate/").status_code == 302
    assert browser.get("/accounts/profile/").status_code == 302
    assert Client().get(f"/accounts/invitation/{token}/").status_code == 409
    assert Client().post("/accounts/login/", {"login": "amy", "password": PASSWORD})["Location"] == "/accounts/inactive/"
    assert boss.post(f"/accounts/people/{user.pk}/reactivate/").status_code == 302
    assert Client().post("/accounts/login/", {"login": "amy", "password": PASSWORD})["Location"] == "/"


def test_a_role_change_leaves_a_line() -> None:
    """Before and after; saving the same again leaves none."""
    user = UserFactory(role=Role.VIEWER)
    boss = client_of(founder())
    for _time in range(2):
        assert boss.post(f"/accounts/people/{user.pk}/", {"name": user.name, "email": "", "role": "admin"}).status_code == 302
    entry = AuditEntry.objects.get(verb="user.role")
    assert (entry.detail.before, entry.detail.after) == ({"role": "viewer"}, {"role": "admin"})


def test_the_last_founder_stays() -> None:
    """Neither demoted nor deactivated; told what to do first."""
    boss = founder()
    client = client_of(boss)
    assert client.post(f"/accounts/people/{boss.pk}/", {"name": "x", "email": "", "role": "viewer"}).status_code == 422
    assert client.post(f"/accounts/people/{boss.pk}/deactivate/").status_code == 409
    boss.refresh_from_db()
    assert (boss.role, boss.is_active) == (Role.FOUNDER, True)
    founder()
    assert client.post(f"/accounts/people/{boss.pk}/deactivate/").status_code == 302


def together(*works: object) -> list[str]:
    """Run the callables in threads that start at once; their outcomes by name."""
    barrier, outcomes = threading.Barrier(len(works)), []

    def run(work: object) -> None:
        barrier.wait()
        try:
            work()  # type: ignore[operator]
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_two_founders_cannot_demote_each_other() -> None:
    """One wins, the other is told; no deadlock."""
    one, two = founder(), founder()
    outcomes = together(
        lambda: accounts.update_user(user=two, by=one, at=NOW, role=Role.VIEWER),
        lambda: accounts.update_user(user=one, by=two, at=NOW, role=Role.VIEWER),
    )
    assert outcomes == ["LastFounder", "done"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_an_invitation_is_accepted_once() -> None:
    """Two at once: one password counts, the other person is told."""
    user = accounts.invite(username="amy", name="", email="", role=Role.VIEWER, by=founder(), at=NOW)
    token = accounts.invitation_token(user)
    accept = [lambda word=word: accounts.accept_invitation(token=token, password=word, at=NOW) for word in ("first one", "second one")]
    assert together(*accept) == ["LinkUsed", "done"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_there_is_one_first_user() -> None:
    """Two people on the printed link at the same moment."""
    token = accounts.first_user_token()
    assert token
    make = [
        lambda name=name: accounts.create_first_user(token=token, username=name, password="a quiet harbour", name=name, at=NOW)
        for name in ("amy", "bob")
    ]
    assert together(*make) == ["LinkUsed", "done"]
    assert User.objects.get().role == Role.FOUNDER
