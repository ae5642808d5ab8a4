"""The fake WeCom, checked by Apprise: a foreign client, unchanged, in a process of its own, over a connection it takes for WeCom's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.certificates import BELIEVED, certificate
from tests.peers.door import serving
from tests.peers.wecom import HOST, Wecom

KEY = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"  # the one of WeCom's own documents
APPRISE = Path(sys.executable).with_name("apprise")


@pytest.fixture
def wecom(tmp_path: Path) -> Iterator[Wecom]:
    """With one robot, believed by Apprise."""
    with serving(Wecom(tmp_path, KEY, tls=certificate(HOST, tmp_path))) as running:
        yield running


def apprise(wecom: Wecom, text: str, key: str = KEY) -> int:
    """Notify by Apprise's own command; its exit code."""
    believed = wecom.disk.with_name(BELIEVED)
    environment = os.environ | {"https_proxy": wecom.url, "no_proxy": "", "REQUESTS_CA_BUNDLE": str(believed)}
    command = [str(APPRISE), "-vv", "-b", text, f"wecombot://{key}"]
    return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False).returncode


def test_what_apprise_says_arrives(wecom: Wecom) -> None:
    """Byte for byte, in the room of its robot, and still there after a restart."""
    text = "早安 ☀️ “引号” <b>"
    assert apprise(wecom, text) == 0
    assert (wecom.arrived(KEY), wecom.answered) == ([text], [0])
    ((headers, body),) = wecom.received
    assert headers["Host"] == HOST
    assert json.loads(body) == {"msgtype": "text", "text": {"content": text}}
    again = Wecom(wecom.disk.parent, KEY)
    assert again.arrived(KEY) == [text]
    again.server_close()


def test_a_revoked_key_and_a_long_text_do_not_arrive(wecom: Wecom) -> None:
    """Though Apprise reports success: it looks at the status alone, which is why we look at the errcode."""
    assert apprise(wecom, "早安", key="revoked-key-0000") == 0
    assert apprise(wecom, "长" * 683) == 0
    assert wecom.answered == [93000, 40058]
    assert wecom.arrived(KEY) == wecom.arrived("revoked-key-0000") == []


def test_a_gateway_that_fails_is_seen_by_apprise_too(wecom: Wecom) -> None:
    """Nothing arrives, and Apprise says so."""
    wecom.order("bad_gateway")
    assert apprise(wecom, "早安") == 1
    assert wecom.arrived(KEY) == []
