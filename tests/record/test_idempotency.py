"""Double submits have one effect; the second gets the first answer. On pages and over the API."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from groupops.accounts.models import ApiToken, User
from groupops.record import services as record
from groupops.record.models import IdempotencyKey
from groupops.shared import clock
from groupops.shared.errors import Refused
from tests.factories.accounts import founder

pytestmark = pytest.mark.django_db
FORM = {"name": "nightly", "scope": "read", "days": "30", "_once": "a-key"}


def logged_in(user: User | None = None) -> Client:
    """A founder's browser."""
    client = Client()
    client.force_login(user or founder())
    return client


def test_the_second_submit_gets_the_first_answer() -> None:
    """One token, shown twice: the repeat of a lost answer must not lose the token."""
    client = logged_in()
    first, second = client.post("/accounts/tokens/", FORM), client.post("/accounts/tokens/", FORM)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert b"gops_" in first.content
    assert ApiToken.objects.count() == 1


def test_kept_answers_are_sealed() -> None:
    """A token's text does not lie readable in the database."""
    logged_in().post("/accounts/tokens/", FORM)
    assert "gops_" not in IdempotencyKey.objects.get().answer


def test_the_same_key_with_another_body_is_refused() -> None:
    """Silence would hide that the second form was never looked at."""
    client = logged_in()
    client.post("/accounts/tokens/", FORM)
    assert client.post("/accounts/tokens/", FORM | {"name": "other"}).status_code == 422
    assert ApiToken.objects.count() == 1


def test_keys_belong_to_a_user_and_an_address() -> None:
    """Two people, or two pages, with the same key do not meet."""
    logged_in().post("/accounts/tokens/", FORM)
    logged_in().post("/accounts/tokens/", FORM)
    assert ApiToken.objects.count() == 2


def test_a_refused_form_may_be_corrected() -> None:
    """A 422 gives the key back."""
    client = logged_in()
    assert client.post("/accounts/tokens/", FORM | {"name": ""}).status_code == 422
    assert client.post("/accounts/tokens/", FORM).status_code == 200


def test_redirects_are_repeated() -> None:
    """The Location comes again, no cookie does."""
    user = founder()
    client = logged_in()
    answers = [client.post(f"/accounts/people/{user.pk}/deactivate/", {"_once": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[1]["Location"] == answers[0]["Location"]


def test_a_key_that_is_too_long_is_refused() -> None:
    """422, not a cut-off key that meets another."""
    assert logged_in().post("/accounts/tokens/", FORM | {"_once": "x" * 81}).status_code == 422


API: dict[str, Any] = {"data": {"username": "amy", "role": "viewer"}, "content_type": "application/json"}


def test_the_api_honours_the_header() -> None:
    """Same answer, one invitation; another body is refused as problem+json."""
    client = logged_in()
    first = client.post("/api/v1/people/", **API, headers={"Idempotency-Key": "one"})
    second = client.post("/api/v1/people/", **API, headers={"Idempotency-Key": "one"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    other: dict[str, Any] = API | {"data": {"username": "bob", "role": "viewer"}}
    third = client.post("/api/v1/people/", **other, headers={"Idempotency-Key": "one"})
    assert (third.status_code, third.json()["title"]) == (422, "key_reused")
    assert User.objects.filter(username__in=["amy", "bob"]).count() == 1


def test_the_api_checks_who_asks_before_it_repeats() -> None:
    """The first answer is not for whoever knows the key."""
    logged_in().post("/api/v1/people/", **API, headers={"Idempotency-Key": "one"})
    assert Client().post("/api/v1/people/", **API, headers={"Idempotency-Key": "one"}).status_code == 401


def test_a_request_that_died_at_work_is_not_repeated() -> None:
    """Nobody knows whether it took effect: a person decides."""
    user = founder()
    at = clock.now()
    record.claim_key(scope="s", key="k", body=b"", at=at)
    codes = []
    for later in (timedelta(seconds=5), timedelta(minutes=10)):
        with pytest.raises(Refused) as refusal:
            record.claim_key(scope="s", key="k", body=b"", at=at + later)
        codes.append(refusal.value.code)
    assert codes == ["still_running", "interrupted"]
    assert record.forget_keys(at=at + timedelta(days=3)) == 1
    assert user.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_submits_at_the_same_moment_have_one_effect() -> None:
    """One works, the others are told that it does, or get its answer."""
    user = founder()
    clients = [logged_in(user) for _ in range(6)]
    barrier, codes = threading.Barrier(6), []

    def submit(client: Client) -> None:
        barrier.wait()
        codes.append(client.post("/accounts/tokens/", FORM).status_code)
        connections.close_all()

    threads = [threading.Thread(target=submit, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {200, 409}
    assert 200 in codes
    assert ApiToken.objects.count() == 1
