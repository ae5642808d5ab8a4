"""The small ideas at the bottom: sealed secrets, state, safe ways back, the forgiving cache, triggers, spreadsheet cells."""

import threading
from pathlib import Path

import pytest
from django.core.checks import Warning as CheckWarning
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory, override_settings
from django.urls import reverse

from groupops.record.models import AuditEntry
from groupops.shared import cache, checks, http, intake, secretbox, spreadsheet, triggers
from groupops.shared.addresses import address
from groupops.shared.state import secret


def test_older_keys_still_open_and_rotating_takes_the_newest() -> None:
    """An unknown key says what is missing instead of a traceback."""
    with override_settings(CREDENTIAL_KEYS=["old"]):
        sealed = secretbox.seal({"token": "t"})
    with override_settings(CREDENTIAL_KEYS=["new", "old"]):
        assert secretbox.unseal(sealed) == {"token": "t"}
        sealed = secretbox.rotate(sealed)
    with override_settings(CREDENTIAL_KEYS=["new"]):
        assert secretbox.unseal(sealed) == {"token": "t"}
    with override_settings(CREDENTIAL_KEYS=["other"]):
        for use in (secretbox.unseal, secretbox.rotate):
            with pytest.raises(secretbox.SecretsUnreadable):
                use(sealed)
    assert secretbox.unseal("") == {}


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    """And nobody reads it half-written; only the owner may read it."""
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(secret(tmp_path / "state", "key"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found[0]) > 30
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["key"]
    assert (tmp_path / "state" / "key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///x", ""])
def test_next_never_leads_away(wanted: str) -> None:
    """Foreign addresses fall back."""
    assert http.next_url(RequestFactory().post("/", {"next": wanted}, headers={"host": "localhost"}), default="/home/") == "/home/"


def test_next_leads_to_pages_of_ours() -> None:
    """With their query."""
    request = RequestFactory().get("/", {"next": "/groups/?q=1"}, headers={"host": "localhost"})
    assert http.next_url(request) == "/groups/?q=1"


def test_the_client_s_address_is_not_what_the_client_says() -> None:
    """X-Forwarded-For counts behind a trusted proxy alone, and there its last hop."""
    request = RequestFactory().get("/", headers={"x-forwarded-for": "1.1.1.1, 2.2.2.2"})
    assert http.client_address(request) == "127.0.0.1"
    with override_settings(TRUST_PROXY=True):
        assert http.client_address(request) == "2.2.2.2"


def test_a_cache_that_is_gone_is_missed_and_nothing_more() -> None:
    """Reads miss, writes pretend, `add` gives allauth its lock; the next call does not wait again."""
    gone = cache.ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.2}})
    cache.ForgivingRedisCache.broken_until = 0.0
    assert gone.get("x", "default") == "default"
    assert cache.ForgivingRedisCache.broken_until > 0
    assert gone.add("x", 1) is True
    assert gone.get_many(["x"]) == {}
    assert gone.incr("x") == 1
    gone.set("x", 1)
    gone.delete("x")
    cache.ForgivingRedisCache.broken_until = 0.0


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        (" =1", "' =1"),
        ("@x", "'@x"),
        ("＝1", "'＝1"),
        ("-5", "'-5"),
        (-5, "-5"),
        (None, ""),
        ("中文", "中文"),
        (True, "True"),
    ],
)
def test_no_cell_is_run_by_a_spreadsheet(value: object, shown: str) -> None:
    """Numbers stay numbers."""
    assert spreadsheet.cell(value) == shown


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 50_000, b"NaN", b'"\\u0000"', b'{"\\ud800": 1}', b"1" * 5000])
def test_bodies_that_cannot_be_kept_are_refused(body: bytes) -> None:
    """One refusal for all of them, no traceback."""
    with pytest.raises(intake.Unreadable):
        intake.read_json(body)


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_a_lost_trigger_is_seen_and_migrate_puts_it_back() -> None:
    """A warning, not an error: migrate runs the check first."""
    table = AuditEntry._meta.db_table
    name = triggers.name_of(table, "UPDATE")
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"' + (f' ON "{table}"' if connection.vendor == "postgresql" else ""))
    found = checks.append_only(databases=["default"])
    assert [(type(one), one.id) for one in found] == [(CheckWarning, "groupops.W010")]
    call_command("migrate", verbosity=0)
    assert checks.append_only(databases=["default"]) == []


@pytest.mark.parametrize(
    "args", [("content:post", 7), ("content:post-act", 7, "cancel"), ("content:posts", 0), ("today",), ("members:care-settle", 12, "open")]
)
def test_an_address_is_what_reverse_says(args: tuple[str, *tuple[int | str, ...]]) -> None:
    """Also the second time, with another number."""
    name, *rest = args
    for more in (0, 100_000):
        given = [one + more if isinstance(one, int) else one for one in rest]
        assert address(name, *given) == reverse(name, args=given)
