"""OneBot 11 as a platform under test: our adapter on the fake, and the fake's own hands."""

import contextlib
import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pytest_django import Settings

from groupops.messaging.adapter import (
    Action,
    Adapter,
    EventKind,
    Operation,
)
from groupops.messaging.adapters.onebot11 import OneBot11
from tests.messaging.adapter_contract import Peer, Pushed, action
from tests.peers.door import serving
from tests.peers.onebot import SELF, OneBot

TOKEN, SECRET, ROOM, WANG = "token-4711", "push-secret", 821000001, 20002
VERBS: dict[Operation, str] = {
    Operation.SEND_GROUP: "send_group_msg",
    Operation.SEND_DIRECT: "send_private_msg",
    Operation.ANNOUNCE: "_send_group_notice",
    Operation.DELETE_MESSAGE: "delete_msg",
    Operation.MUTE: "set_group_ban",
    Operation.UNMUTE: "set_group_ban",
    Operation.KICK: "set_group_kick",
    Operation.BAN: "set_group_kick",
    Operation.MEMBERS: "get_group_member_list",
}
STATES = frozenset({Operation.DELETE_MESSAGE, Operation.MUTE, Operation.UNMUTE, Operation.KICK, Operation.BAN})


class OneBotPeer(Peer):
    """The fake's own switches are the foreign hands."""

    room, room_name, member = str(ROOM), "技术交流群", str(WANG)
    nowhere = "404404"
    secrets = (TOKEN, SECRET, "wording")
    sample = OneBot11({})
    resolves = STATES
    dedupes = STATES
    never: ClassVar = {"restricted": "OneBot has no word for a punished account"}
    tells = frozenset(
        {
            EventKind.MESSAGE,
            EventKind.MESSAGE_DELETED,
            EventKind.JOINED,
            EventKind.LEFT,
            EventKind.MUTED,
            EventKind.RENAMED,
            EventKind.DISSOLVED,
            EventKind.JOIN_REQUESTED,
            EventKind.BOT_REMOVED,
        }
    )
    stamped = False

    def __init__(self, bot: OneBot) -> None:
        self.bot = bot
        self.people = itertools.count(30001)
        self.adapter: Adapter = self.onebot()

    def onebot(self, **changes: str) -> OneBot11:
        """Our adapter."""
        return OneBot11({"url": self.bot.url, "token": TOKEN, "secret": SECRET, "self_id": str(SELF)} | changes, timeout=1.0)

    def texts(self) -> list[str]:
        """Off the disk."""
        return self.bot.said(group=ROOM)

    def fault(self, name: str, operation: Operation) -> None:
        """The fake's own; what is pushed comes twice, or the next two in disorder."""
        if operation == Operation.EVENTS:
            self.bot.disorder = name
        else:
            self.bot.order(name, VERBS[operation])

    def with_wrong_credential(self) -> Adapter:
        """Another token."""
        return self.onebot(token="another")

    def elsewhere(self) -> Adapter:
        """The discard port."""
        return self.onebot(url="http://127.0.0.1:9")

    def say(self, text: str) -> str:
        """As the member."""
        return str(self.bot.say(ROOM, WANG, [{"type": "text", "data": {"text": text}}]))

    def newcomer(self) -> str:
        """Somebody new."""
        user = next(self.people)
        self.bot.join(ROOM, user, "新人")
        return str(user)

    def whispers(self, user: str) -> list[str]:
        """Off the disk."""
        return self.bot.said(to=int(user))

    def announcement(self) -> str:
        """From its state."""
        return self.bot.groups[ROOM].notice

    def recalled(self, message: str) -> bool:
        """From its state."""
        return int(message) not in self.bot.messages

    def muted(self, user: str) -> bool:
        """From its state."""
        return bool(self.bot.groups[ROOM].members[int(user)]["shut_up_timestamp"] > time.time())

    def present(self, user: str) -> bool:
        """From its state."""
        return int(user) in self.bot.groups[ROOM].members

    def banned(self, user: str) -> bool:
        """They try."""
        return not self.bot.join(ROOM, int(user), "又来了")

    def come_and_go(self) -> None:
        """The second is removed."""
        for user, by in ((40001, 0), (40002, WANG)):
            self.bot.join(ROOM, user, str(user))
            self.bot.leave(ROOM, user, by=by)

    def happen(self, kind: EventKind) -> None:
        """As the member, who may do everything here."""
        if kind == EventKind.MESSAGE_DELETED:
            self.bot.recall(int(self.say("说错了")), WANG)
        elif kind == EventKind.JOIN_REQUESTED:
            self.bot.report("request", request_type="group", sub_type="add", group_id=ROOM, user_id=50001, comment="想加入", flag="f1")
        elif kind == EventKind.BOT_REMOVED:
            self.bot.leave(ROOM, SELF, by=WANG)
        else:
            self.bot.notice(**HAPPENS[kind], group=ROOM, user=WANG, operator_id=WANG)

    def pushed(self) -> Sequence[Pushed]:
        """As it was reported."""
        return [Pushed(report.headers, report.body) for report in self.bot.reports]

    def without_secret(self) -> Adapter:
        """None."""
        return self.onebot(secret="")


HAPPENS: dict[EventKind, dict[str, Any]] = {
    EventKind.MUTED: {"kind": "group_ban", "how": "ban", "duration": 600},
    EventKind.RENAMED: {"kind": "notify", "how": "group_name", "name_new": "新名字"},
    EventKind.DISSOLVED: {"kind": "group_decrease", "how": "disband"},
}


def about(peer: OneBotPeer, operation: Operation, **values: object) -> Action:
    """An act about the member."""
    return action(peer, "", **({"operation": operation, "user": peer.member} | values))


@contextlib.contextmanager
def fresh(folder: Path, settings: Settings) -> Iterator[OneBotPeer]:
    """An account on a fake that runs, with one group."""
    settings.ALLOW_PRIVATE_TARGETS = True
    with serving(OneBot(folder, token=TOKEN, secret=SECRET)) as running:
        running.open(ROOM, OneBotPeer.room_name, 王芳=WANG)
        yield OneBotPeer(running)
