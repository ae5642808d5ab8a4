"""Secrets never reach the log: not in messages, not in addresses, not in tracebacks."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from groupops.shared import logs

SECRETS = [
    "GET /in/AbCdEf0123456789/ 200",
    "/accounts/first-user/ImZpcnN0Ig:1x:abc/",
    "/accounts/invitation/WzFd:1x:AbCdEf0123456789/",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=AbCdEf0123456789",
    "https://oapi.dingtalk.com/robot/send?access_token=AbCdEf0123456789&timestamp=1",
    "https://open.feishu.cn/open-apis/bot/v2/hook/AbCdEf0123456789",
    "https://api.telegram.org/bot12345:AbCdEf0123456789/sendMessage",
    "Authorization: Bearer gops_1234_AbCdEf0123456789",
    "login with syt_AbCdEf0123456789",
    "Cookie: sessionid=AbCdEf0123456789; csrftoken=AbCdEf0123456789",
    'body {"access_token": "AbCdEf0123456789", "user": "amy"}',
    "password=AbCdEf0123456789&user=amy",
    "{'client_secret': 'AbCdEf0123456789'}",
    "redis://:AbCdEf0123456789@cache/0",
    "postgres://user:AbCdEf0123456789@db/groupops",
]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the product's own handler writes."""
    root, stream = logging.getLogger(), io.StringIO()
    kept = root.handlers[:], root.level
    logs.configure({"level": "DEBUG", "json": True})
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers[:] = kept[0]
    root.setLevel(kept[1])


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_are_masked(written: io.StringIO, text: str) -> None:
    """In the message, in its arguments, and in the exception's text."""
    log = logging.getLogger("tests")
    log.warning(text)
    log.warning("said %s", text)
    log.error("it broke", exc_info=ValueError(text))
    lines = written.getvalue()
    assert "AbCdEf0123456789" not in lines
    assert "ImZpcnN0Ig" not in lines
    assert lines.count("***") >= 3
    assert all(json.loads(line) for line in lines.splitlines())


def test_values_under_secret_names_are_masked_however_deep() -> None:
    """Structured values too."""
    event = {"event": "x", "headers": {"Authorization": "abc", "list": [{"api_key": "abc"}]}, "count": 3}
    assert logs.mask_event(None, "info", event) == {
        "event": "x",
        "headers": {"Authorization": "***", "list": [{"api_key": "***"}]},
        "count": 3,
    }


@pytest.mark.parametrize("text", ["status_code=500", "GET /groups/12/ 200 3ms", "exit code: 1", "keyboard=on", "monkey=1"])
def test_what_is_no_secret_stays(text: str) -> None:
    """A log that masks everything says nothing."""
    assert logs.mask(text) == text
