"""What every test shares: append-only tables that the end of a transactional test may still empty."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, connections
from django.db.backends.base.operations import BaseDatabaseOperations
from hypothesis import HealthCheck, settings

from groupops.inbound.services import wordings
from groupops.shared import triggers

if settings.get_current_profile_name() == "default":  # the one for CI says the same
    settings.register_profile("beside others", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("beside others")
pytest_plugins = ["tests.messaging.contract.recording"]


@pytest.fixture(autouse=True, scope="session")
def flush_passes_append_only_tables() -> Iterator[None]:
    """The flush after a transactional test drops the append-only triggers; its own post_migrate installs them again."""
    original = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: Any, sql_list: list[str]) -> None:
        original(self, [*drops(self.connection.alias), *sql_list])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture(autouse=True)
def nobody_has_asked_before() -> None:
    """Rate limits count in the cache: each test begins at nought."""
    cache.clear()


@pytest.fixture(autouse=True)
def wordings_are_forgotten() -> None:
    """A test's end takes back what its pipeline took for committed."""
    wordings._kept.clear()


def drops(using: str) -> list[str]:
    """Statements that remove every append-only trigger."""
    on = connections[using].vendor == "postgresql"
    return [
        f'DROP TRIGGER IF EXISTS "{table}_no_{event.lower()}"' + (f' ON "{table}"' if on else "")
        for app in apps.get_app_configs()
        for table in triggers.append_only(app)
        for event in ("UPDATE", "DELETE", "TRUNCATE")
    ]


def pytest_report_header() -> str:
    """Which database this run is on."""
    return f"database: {connection.vendor}"
