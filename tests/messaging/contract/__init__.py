"""The contract of adapters in parts: what a peer offers, what is asked of a platform, what the run writes down.

The suite itself is tests.messaging.adapter_contract; docs/reference/adapter-contract.md is what came of it.
"""

import pytest

pytest.register_assert_rewrite("tests.messaging.contract.acting", "tests.messaging.contract.hearing", "tests.messaging.contract.reading")
