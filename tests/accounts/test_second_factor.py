"""Second factors: app, recovery codes, the grace of a role, guessing, and somebody who is locked out."""

import re
from datetime import timedelta
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from groupops.accounts import services as accounts
from groupops.accounts.models import User
from groupops.accounts.policy import NEEDS_SECOND_FACTOR, WRONG_CODES, Role, Scope, second_factor_due
from groupops.record.models import Alarm, AuditEntry
from groupops.shared.errors import Forbidden
from tests.accounts.keys import SECRET, browser_of, code, recovery_codes, stale, with_app
from tests.factories.accounts import PASSWORD, UserFactory, founder, operator
from tests.factories.groups import NOW

pytestmark = pytest.mark.django_db
HOME = "/accounts/second-factor/"
LOGIN = "/accounts/login/"


def verbs(user: User) -> list[str]:
    """What the trail says of them, oldest first."""
    return list(
        AuditEntry.objects.filter(target_type="accounts.user", target_id=str(user.pk)).order_by("id").values_list("verb", flat=True)
    )


def at_the_door(user: User) -> Client:
    """The password was right; the second step waits."""
    client = Client()
    answer = client.post(LOGIN, {"login": user.username, "password": PASSWORD})
    assert answer["Location"] == HOME + "authenticate/"
    return client


def test_an_app_from_setting_up_to_logging_in() -> None:
    """The first code sets it up, the recovery codes are shown once, and the next login asks for a code."""
    user = founder(second_factor_at=None)
    client = browser_of(user)
    page = client.get(HOME + "totp/activate/")
    assert b'src="data:image/svg+xml;base64,' in page.content
    secret = page.context["form"].secret
    assert client.post(HOME + "totp/activate/", {"code": "000000"}).status_code == 200
    assert client.post(HOME + "totp/activate/", {"code": code(secret)})["Location"] == HOME + "recovery-codes/"
    shown = client.get(HOME + "recovery-codes/").content.decode()
    codes = re.findall(r"<code>(\d{8})</code>", shown)
    assert len(codes) == 10
    assert f"GroupOps%20{user.username}%0A{codes[0]}%0A" in unescape(shown)  # the file to save
    assert codes[0] not in client.get(HOME + "recovery-codes/").content.decode()
    user.refresh_from_db()
    assert user.second_factor_at is not None
    assert verbs(user) == ["factor.add", "factor.codes"]
    door = at_the_door(user)
    assert door.get("/accounts/profile/").status_code == 302
    assert "error-summary" in door.post(HOME + "authenticate/", {"code": "123"}).content.decode()
    assert door.post(HOME + "authenticate/", {"code": code(secret, step=1)}).status_code == 302
    assert door.get("/accounts/profile/").status_code == 200
    again = at_the_door(user)
    assert again.post(HOME + "authenticate/", {"code": code(secret, step=1)}).status_code == 200  # each code works once
    assert again.post(HOME + "authenticate/", {"code": codes[3]}).status_code == 302
    assert codes[3] not in recovery_codes(user)


def test_secrets_are_sealed() -> None:
    """Neither the app's secret nor the seed of the recovery codes can be read in the database."""
    user = with_app(founder())
    kept = str(list(Authenticator.objects.filter(user=user).values_list("data", flat=True)))
    assert SECRET not in kept
    assert not any(one in kept for one in recovery_codes(user))


def test_the_last_factor_goes_and_the_codes_with_it() -> None:
    """Removing wants a fresh proof; new codes void the old ones; afterwards the role's grace is asked for again."""
    user = with_app(founder())
    client = browser_of(user)
    assert stale(user).post(HOME + "totp/deactivate/")["Location"].startswith("/accounts/reauthenticate/")
    old = recovery_codes(user)
    assert client.post(HOME + "recovery-codes/generate/").status_code == 302
    assert not set(old) & set(recovery_codes(user))
    assert client.post(HOME + "totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    user.refresh_from_db()
    assert user.second_factor_at is None
    assert verbs(user) == ["factor.add", "factor.codes", "factor.codes", "factor.remove"]


def test_who_is_asked_and_until_when() -> None:
    """Founders, operators and admins, from their role on; nobody who has one."""
    week = timedelta(days=7)
    for role in Role:
        due = second_factor_due(role, since=NOW, has_one=False, grace=week)
        assert due == (NOW + week if role in NEEDS_SECOND_FACTOR else None)
        assert second_factor_due(role, since=NOW, has_one=True, grace=week) is None


def test_after_the_grace_only_the_way_to_a_second_factor_is_open() -> None:
    """Before it a banner; after it pages lead there, the API refuses the session, and tokens go on."""
    user = founder(second_factor_at=None)
    _token, text = accounts.create_token(user=user, name="t", scope=Scope.READ, expires_at=None, at=timezone.now())
    client = browser_of(user)
    assert "设置" in client.get("/accounts/profile/").content.decode() or HOME in client.get("/accounts/profile/").content.decode()
    assert b"note-warning" in client.get("/accounts/profile/").content
    User.objects.filter(pk=user.pk).update(role_since=timezone.now() - timedelta(days=15))
    assert client.get("/accounts/profile/")["Location"] == HOME
    assert client.post("/accounts/tokens/", {"name": "x", "scope": "read"})["Location"] == HOME
    fragment = client.get("/members/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (403, HOME)
    refused = client.get("/api/v1/people/me/")
    assert (refused.status_code, refused.json()["title"]) == (403, "second_factor_required")
    assert Client().get("/api/v1/people/me/", headers={"Authorization": f"Bearer {text}"}).status_code == 200
    for open_page in (HOME, HOME + "totp/activate/", HOME + "webauthn/add/"):
        assert client.get(open_page).status_code == 200
    secret = client.get(HOME + "totp/activate/").context["form"].secret
    assert client.post(HOME + "totp/activate/", {"code": code(secret)}).status_code == 302
    page = client.get("/accounts/profile/")
    assert page.status_code == 200
    assert b"note-warning" not in page.content


def test_a_new_role_begins_the_grace() -> None:
    """A viewer of years who becomes an admin gets the whole of it."""
    user = UserFactory(second_factor_at=None, role_since=timezone.now() - timedelta(days=400))
    assert browser_of(user).get("/accounts/profile/").status_code == 200
    accounts.update_user(user=user, by=founder(), at=timezone.now(), role=Role.ADMIN)
    assert browser_of(user).get("/accounts/profile/").status_code == 200


def test_guessing_ends() -> None:
    """After a handful of wrong codes even the right one is not looked at; an alarm says that the password is known."""
    user = with_app(founder())
    door = at_the_door(user)
    for _time in range(WRONG_CODES):
        door.post(HOME + "authenticate/", {"code": "000000"})
    assert door.post(HOME + "authenticate/", {"code": code()}).status_code == 200
    assert door.get("/accounts/profile/").status_code == 302
    assert verbs(user).count("factor.wrong") == WRONG_CODES
    assert Alarm.objects.filter(key=f"factor-guessed:{user.pk}", closed_at=None, severity="critical").count() == 1


def test_a_founder_takes_a_lost_factor_away() -> None:
    """Logged out everywhere, the password alone serves, the founders are told until a new one is there; the role's grace begins anew."""
    user, boss = with_app(operator()), founder()
    theirs = browser_of(user)
    assert browser_of(boss).post(f"/accounts/people/{user.pk}/second-factor/reset/").status_code == 302
    assert theirs.get("/accounts/profile/").status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    told = Alarm.objects.get(key=f"factor-reset:{user.pk}", closed_at=None)
    assert str(boss) in told.text
    back = Client()
    assert back.post(LOGIN, {"login": user.username, "password": PASSWORD})["Location"] == "/"
    assert b"note-warning" in back.get("/accounts/profile/").content
    secret = back.get(HOME + "totp/activate/").context["form"].secret
    back.post(HOME + "totp/activate/", {"code": code(secret)})
    told.refresh_from_db()
    user.refresh_from_db()
    assert told.closed_at is not None
    assert user.second_factor_reset_at is None
    assert browser_of(boss).post(f"/accounts/people/{founder().pk}/second-factor/reset/").status_code == 409  # nothing to take away
    with pytest.raises(Forbidden):
        accounts.reset_factor(user=user, by=operator(), at=NOW)


def test_the_command_for_the_last_founder() -> None:
    """Run on the machine itself; it stands in the trail as the machine's."""
    user = with_app(founder(username="boss"))
    call_command("reset_second_factor", "BOSS")
    assert not Authenticator.objects.filter(user=user).exists()
    assert AuditEntry.objects.get(verb="factor.reset").by is None
    for name in ("boss", "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", name)
