"""What was not signed is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupops.messaging import signing
from groupops.messaging.adapter import Forged

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def check(headers: dict[str, str], body: bytes = b"{}", *, secrets: list[str] | None = None, at: datetime = NOW) -> None:
    """Verify with one secret unless others are given."""
    signing.verify(secrets=["s3cret"] if secrets is None else secrets, headers=headers, body=body, at=at)


@given(body=st.binary(max_size=200))
def test_what_was_signed_is_accepted(body: bytes) -> None:
    check(signing.sign(secret="s3cret", body=body, at=NOW), body)


@given(body=st.binary(max_size=50), other=st.binary(max_size=50), secret=st.text(min_size=1))
def test_another_body_or_secret_is_forged(body: bytes, other: bytes, secret: str) -> None:
    headers = signing.sign(secret="s3cret", body=body, at=NOW)
    if body != other:
        with pytest.raises(Forged):
            check(headers, other)
    if secret != "s3cret":
        with pytest.raises(Forged):
            check(headers, body, secrets=[secret.encode("utf-8", "replace").decode()])


@given(stamp=st.text(), signature=st.text())
def test_nonsense_is_forged_and_never_breaks(stamp: str, signature: str) -> None:
    for headers in ({}, {signing.TIMESTAMP: stamp}, {signing.TIMESTAMP: "1763784000", signing.SIGNATURE: signature}):
        with pytest.raises(Forged):
            check(headers)


@pytest.mark.parametrize(("late", "good"), [(0, True), (299, True), (-299, True), (301, False), (-301, False), (86400, False)])
def test_a_signature_is_good_for_five_minutes(late: int, *, good: bool) -> None:
    headers = signing.sign(secret="s3cret", body=b"{}", at=NOW)
    if good:
        check(headers, at=NOW + timedelta(seconds=late))
    else:
        with pytest.raises(Forged):
            check(headers, at=NOW + timedelta(seconds=late))


def test_the_time_is_part_of_what_is_signed() -> None:
    headers = signing.sign(secret="s3cret", body=b"{}", at=NOW - timedelta(hours=1))
    fresh = signing.sign(secret="other", body=b"{}", at=NOW)
    with pytest.raises(Forged):
        check(headers | {signing.TIMESTAMP: fresh[signing.TIMESTAMP]})


def test_a_secret_can_be_changed_without_a_gap() -> None:
    old, new = (signing.sign(secret=secret, body=b"{}", at=NOW) for secret in ("old", "new"))
    for headers in (old, new, old | {signing.SIGNATURE: f"{old[signing.SIGNATURE]}, {new[signing.SIGNATURE]}"}):
        check(headers, secrets=["new", "old"])


def test_no_secret_means_refuse() -> None:
    headers = signing.sign(secret="s3cret", body=b"{}", at=NOW)
    for secrets in ([], [""]):
        with pytest.raises(Forged):
            check(headers, secrets=secrets)
    with pytest.raises(Forged):
        signing.sign(secret="", body=b"{}", at=NOW)


def test_header_names_are_read_in_any_case() -> None:
    check({name.lower(): value for name, value in signing.sign(secret="s3cret", body=b"{}", at=NOW).items()})
