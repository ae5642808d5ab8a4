"""One homeserver for all tests in this folder."""

import os
from collections.abc import Iterator

import pytest

from tests import servers
from tests.synapse.foreign import Foreign
from tests.synapse.homeserver import Homeserver


@pytest.fixture(scope="session")
def homeserver() -> Iterator[Homeserver]:
    """The run's Synapse. Where it is not installed the tests skip, loudly; in CI that is a failure."""
    if not servers.SYNAPSE_PYTHON.exists():
        tell = pytest.fail if os.environ.get("CI") else pytest.skip
        tell(f"SYNAPSE IS NOT INSTALLED: {servers.SYNAPSE_PYTHON} does not exist; script/test installs it")
    with servers.synapse() as running:
        yield running


@pytest.fixture(scope="session")
def foreign(homeserver: Homeserver) -> Iterator[Foreign]:
    """matrix-nio on it."""
    made = Foreign(homeserver)
    yield made
    made.end()
