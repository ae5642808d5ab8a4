"""The fake OneBot, checked by two foreign bots: aiocqhttp and NoneBot2, unchanged, each in a process of its own."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.peers.door import serving
from tests.peers.onebot import SELF, OneBot

TOKEN, SECRET, ROOM, WANG = "token-4711", "push-secret", 821000001, 20002
PROGRAMS = Path(__file__).resolve().parents[1] / "peers"
WAIT = 30.0  # seconds until a bot listens


@dataclass
class Foreign:
    """A foreign bot that runs, and the lines it says."""

    process: "subprocess.Popen[str]"
    address: str

    def tells(self) -> dict[str, Any]:
        """Its next line."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                return dict(json.loads(line))
        raise AssertionError("the bot ended")

    def answers(self, body: bytes, headers: dict[str, str]) -> int:
        """The status of its answer to a push."""
        return httpx.post(self.address, content=body, headers=headers, timeout=10, trust_env=False).status_code


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[OneBot]:
    """With one group."""
    with serving(OneBot(tmp_path, token=TOKEN, secret=SECRET)) as running:
        running.open(ROOM, "技术交流群", 王芳=WANG)
        yield running


@contextlib.contextmanager
def foreign(program: str, bot: OneBot, path: str) -> Iterator[Foreign]:
    """The bot on a free port; the fake pushes to it."""
    port = _free()
    given = {"API": bot.url, "TOKEN": TOKEN, "SECRET": SECRET, "ACCOUNT": str(SELF), "PORT": str(port), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(PROGRAMS / program)]
    with subprocess.Popen(command, env=os.environ | given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            running = Foreign(process, f"http://127.0.0.1:{port}{path}")
            assert running.tells() == {"ready": True}
            _listens(port)
            bot.report_to = running.address
            yield running
        finally:
            process.kill()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> None:
    late = time.monotonic() + WAIT
    while time.monotonic() < late:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the bot does not listen")


def test_aiocqhttp_hears_and_acts(bot: OneBot) -> None:
    """Its signature check takes our signature; every action of its API does what it says, on the fake's disk."""
    with foreign("onebot_by_aiocqhttp.py", bot, "/") as running:
        bot.say(ROOM, WANG, "动手")
        assert running.tells() == {"heard": "动手", "group": ROOM, "by": "王芳"}
        lines = [running.tells() for _line in range(2)]
    told = {name: value for line in lines for name, value in line.items()}
    assert told["sent"]["message_id"] in bot.messages
    assert {"members": [SELF, WANG], "muted": True, "online": True, "name": "技术交流群"}.items() <= told.items()
    assert (told["failed"], told["missing"], told["left"], told["how"]) == (100, 404, WANG, "kick")
    assert bot.said(group=ROOM) == ["动手", f"<at {WANG}> 收到 [好]"]
    assert WANG in bot.groups[ROOM].banned
    assert bot.refused == []


def test_nonebot_hears_and_acts(bot: OneBot) -> None:
    """Likewise; a text in its segments that looks like a code stays a text."""
    with foreign("onebot_by_nonebot.py", bot, "/onebot/v11/http") as running:
        said = bot.say(ROOM, WANG, "动手")
        assert running.tells() == {"heard": "动手", "group": ROOM, "by": "王芳"}
        told = running.tells()
        assert told == {"sent": told["sent"], "members": [SELF, WANG], "failed": 100, "account": SELF}
        bot.recall(said, WANG)
        assert running.tells() == {"recalled": said}
        bot.report("request", request_type="group", sub_type="add", group_id=ROOM, user_id=50001, comment="想加入", flag="f1")
        assert running.tells() == {"wants": 50001, "comment": "想加入"}
        bot.leave(ROOM, WANG)
        assert running.tells() == {"left": WANG, "how": "leave"}
    assert bot.said(group=ROOM) == [f"<at {WANG}> 收到 [CQ:face,id=1]"]
    assert bot.refused == []


@pytest.mark.parametrize(("program", "path"), [("onebot_by_aiocqhttp.py", "/"), ("onebot_by_nonebot.py", "/onebot/v11/http")])
def test_foreign_bots_refuse_what_the_fake_did_not_sign(bot: OneBot, program: str, path: str) -> None:
    """So the signature is the standard's, not ours alone."""
    with foreign(program, bot, path) as running:
        bot.report_to = ""
        bot.say(ROOM, WANG, "你好")
        genuine = bot.reports[-1]
        assert running.answers(genuine.body, genuine.headers) == 204
        assert running.answers(genuine.body + b" ", genuine.headers) == 403
        unsigned = {name: value for name, value in genuine.headers.items() if name != "X-Signature"}
        assert running.answers(genuine.body, unsigned) == 401


def test_a_token_is_asked_for(bot: OneBot) -> None:
    """401 without, 403 with another one, 406 for what is no JSON (communication/http.md, 响应)."""
    request = {"Content-Type": "application/json"}
    seen = Foreign(None, f"{bot.url}/get_status")  # type: ignore[arg-type]
    assert seen.answers(b"{}", request) == 401
    assert seen.answers(b"{}", request | {"Authorization": "Bearer another"}) == 403
    assert seen.answers(b"{}", {"Content-Type": "text/plain", "Authorization": f"Bearer {TOKEN}"}) == 406
    assert seen.answers(b"{", request | {"Authorization": f"Bearer {TOKEN}"}) == 400
    assert seen.answers(b"{}", request | {"Authorization": f"Bearer {TOKEN}"}) == 200


def test_what_was_said_outlives_the_fake(bot: OneBot, tmp_path: Path) -> None:
    """It is on its disk."""
    number = bot.say(ROOM, WANG, "记住")
    bot.say(ROOM, WANG, "忘掉")
    bot.recall(number, WANG)
    again = OneBot(tmp_path)
    assert again.said(group=ROOM) == ["忘掉"]
    again.server_close()
