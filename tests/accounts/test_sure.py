"""Before something dangerous: a fresh proof, and what was being sent is done afterwards."""

import pytest
from django.test import Client
from django.utils import timezone

from groupops.accounts import services as accounts
from groupops.accounts.models import ApiToken, User
from groupops.accounts.policy import Role, Scope
from tests.accounts.keys import browser_of, code, stale, with_app
from tests.factories.accounts import PASSWORD, UserFactory, founder, operator
from tests.factories.members import MembershipFactory

pytestmark = pytest.mark.django_db
ASK = "/accounts/reauthenticate/"
JSON = {"content_type": "application/json"}


def test_what_was_sent_is_done_after_the_proof() -> None:
    """The role is not changed before the password; afterwards it is, without typing again. A wrong password does nothing."""
    user = UserFactory()
    client = stale(founder())
    path = f"/accounts/people/{user.pk}/"
    asked = client.post(path, {"name": "新名", "email": "", "role": "admin"})
    assert asked["Location"].startswith(f"{ASK}?next=")
    assert User.objects.get(pk=user.pk).role == Role.VIEWER
    assert client.get(asked["Location"]).status_code == 200
    assert client.post(asked["Location"], {"password": "wrong", "next": path}).status_code == 200
    done = client.post(asked["Location"], {"password": PASSWORD, "next": path})
    assert done["Location"] == path
    assert (User.objects.get(pk=user.pk).role, User.objects.get(pk=user.pk).name) == (Role.ADMIN, "新名")
    assert client.post(f"{path}deactivate/")["Location"] == path  # the proof lasts a while


def test_a_code_is_a_proof_too() -> None:
    """For somebody with an app; a wrong one is not."""
    boss = with_app(founder())
    client = stale(boss)
    made = {"name": "夜间导出", "scope": "read", "days": "30"}
    assert client.post("/accounts/tokens/", made)["Location"].startswith(ASK)
    page = client.get(f"{ASK}?next=/accounts/tokens/").content.decode()
    assert "/accounts/second-factor/reauthenticate/" in page
    again = "/accounts/second-factor/reauthenticate/"
    assert client.post(again, {"code": "000000", "next": "/accounts/tokens/"}).status_code == 200
    shown = client.post(again, {"code": code(), "next": "/accounts/tokens/"})
    assert "gops_" in shown.content.decode()
    assert ApiToken.objects.get().name == "夜间导出"


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/accounts/people/{pk}/link/", {}),
        ("/accounts/people/{pk}/deactivate/", {}),
        ("/accounts/people/{pk}/sessions/end/", {}),
        ("/accounts/people/{pk}/second-factor/reset/", {}),
        ("/accounts/people/invite/", {"name": "x"}),
        ("/members/{person}/privacy/export", {"reason": "x"}),
        ("/members/sweep/act", {"do": "approve", "pk": "1"}),
        ("/messaging/channels/new/memory/", {"name": "x"}),
    ],
)
def test_every_dangerous_act_asks(path: str, sent: dict[str, str]) -> None:
    """People, links, exports of persons, removals in bulk, channels: by the page."""
    found = path.format(pk=UserFactory().pk, person=MembershipFactory().person_id)
    answer = stale(founder()).post(found, sent)
    assert (answer.status_code, answer["Location"].startswith(ASK)) == (302, True)


def test_downloads_ask_and_harmless_decisions_do_not() -> None:
    """Reading the roster out asks; letting somebody stay does not. A part of a page goes to the whole page and comes back."""
    client = stale(operator())
    assert client.get("/members/export/")["Location"].startswith(f"{ASK}?next=%2Fmembers%2Fexport%2F")
    assert client.get("/members/").status_code == 200
    assert ASK not in client.post("/members/sweep/act", {"do": "spare", "pk": "1", "why": "x"}).headers.get("Location", "")
    head = {"HX-Request": "true", "HX-Current-URL": "http://testserver/members/sweep/review/?group=1"}
    part = client.post("/members/sweep/act", {"do": "approve", "pk": "1"}, headers=head)
    assert part["HX-Redirect"] == f"{ASK}?next=%2Fmembers%2Fsweep%2Freview%2F%3Fgroup%3D1"


def test_secrets_do_not_lie_in_the_session() -> None:
    """Credentials typed after the proof ran out have to be typed again."""
    client = stale(founder())
    client.post("/messaging/channels/new/memory/", {"name": "x", "password": "tell nobody"})
    assert "tell nobody" not in str(dict(client.session))


def test_the_api_wants_a_fresh_session_or_a_token() -> None:
    """A stolen cookie does not get past the pages by the API."""
    boss = founder()
    body = {"name": "x", "scope": "read"}
    refused = stale(boss).post("/api/v1/tokens/", body, **JSON)
    assert (refused.status_code, refused.json()["title"]) == (403, "reauthentication_required")
    assert browser_of(boss).post("/api/v1/tokens/", body, **JSON).status_code == 201
    _token, text = accounts.create_token(user=boss, name="t", scope=Scope.WRITE, expires_at=None, at=timezone.now())
    invited = Client().post(
        "/api/v1/staff-invitations/", {"name": "新人", "role": "viewer"}, headers={"Authorization": f"Bearer {text}"}, **JSON
    )
    assert invited.status_code == 201
