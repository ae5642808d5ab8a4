"""Hands that are not ours: matrix-nio, as any user of the homeserver."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from nio import (
    AsyncClient,
    AsyncClientConfig,
    RoomGetEventResponse,
    RoomGetStateEventResponse,
    RoomMessagesResponse,
    RoomMessageText,
    RoomPreset,
    SyncResponse,
)

from tests.synapse.homeserver import Account, Homeserver

T = TypeVar("T")
HURRIED = AsyncClientConfig(max_timeouts=3, request_timeout=20)  # else it tries for ever


class Foreign:
    """One loop and one client per account: opening them is what takes time."""

    def __init__(self, homeserver: Homeserver) -> None:
        self.homeserver = homeserver
        self.runner = asyncio.Runner()
        self.clients: dict[str, AsyncClient] = {}

    def close(self) -> None:
        """Close every connection; the next use opens a new one."""
        for client in self.clients.values():
            self.runner.run(client.close())
        self.clients.clear()

    def end(self) -> None:
        """For good."""
        self.close()
        self.runner.close()

    def do(self, account: Account, work: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Something as somebody; whatever the library answers."""

        async def doing() -> T:
            return await work(self._client(account))

        return self.runner.run(doing())

    def must(self, account: Account, work: Callable[[AsyncClient], Awaitable[Any]]) -> Any:
        """The same; the homeserver must accept it."""
        answer = self.do(account, work)
        assert not type(answer).__name__.endswith("Error"), answer
        return answer

    def _client(self, account: Account) -> AsyncClient:
        if account.user_id not in self.clients:
            client = AsyncClient(self.homeserver.base_url, account.user_id, config=HURRIED)
            client.user_id, client.access_token, client.device_id = account.user_id, account.access_token, account.device_id
            self.clients[account.user_id] = client
        return self.clients[account.user_id]

    def open_room(self, owner: Account, bot: Account, *, name: str = "技术交流群", version: str | None = None) -> str:
        """A room that everybody may join, in which the bot has every right; its id."""
        levels = {"users": {bot.user_id: 100}, "events": {"m.room.power_levels": 100}}
        if version and int(version) < 12:
            levels["users"] |= {owner.user_id: 100}

        async def work(client: AsyncClient) -> Any:
            return await client.room_create(name=name, preset=RoomPreset.public_chat, room_version=version, power_level_override=levels)

        room = str(self.must(owner, work).room_id)
        self.must(bot, lambda client: client.join(room))
        return room

    def put(self, account: Account, room: str, kind: str, content: dict[str, Any]) -> str:
        """Any event; its id."""
        return str(self.must(account, lambda client: client.room_send(room, kind, content)).event_id)

    def say(self, account: Account, room: str, text: str) -> str:
        """A message; its id."""
        return self.put(account, room, "m.room.message", {"msgtype": "m.text", "body": text})

    def texts(self, account: Account, room: str) -> list[str]:
        """What can be read in the room, oldest first, as the homeserver keeps it."""
        answer = self.do(account, lambda client: client.room_messages(room, limit=500))
        assert isinstance(answer, RoomMessagesResponse), answer
        return [event.body for event in reversed(answer.chunk) if isinstance(event, RoomMessageText)]

    def state(self, account: Account, room: str, kind: str, key: str = "") -> dict[str, Any]:
        """The content of a state; empty where there is none."""
        answer = self.do(account, lambda client: client.room_get_state_event(room, kind, key))
        return dict(answer.content) if isinstance(answer, RoomGetStateEventResponse) else {}

    def make(self, account: Account, room: str, kind: str, content: dict[str, Any], key: str = "") -> None:
        """A state."""
        self.must(account, lambda client: client.room_put_state(room, kind, content, key))

    def text_of(self, account: Account, room: str, event: str) -> str | None:
        """The words of one event; None where they are gone."""
        answer = self.do(account, lambda client: client.room_get_event(room, event))
        assert isinstance(answer, RoomGetEventResponse), answer
        return answer.event.body if isinstance(answer.event, RoomMessageText) else None

    def invitations(self, account: Account) -> list[str]:
        """The rooms somebody is invited to."""
        answer = self.do(account, lambda client: client.sync(0, full_state=True))
        assert isinstance(answer, SyncResponse), answer
        return list(answer.rooms.invite)

    def members(self, account: Account, room: str) -> set[str]:
        """Who is in a room."""
        return {member.user_id for member in self.must(account, lambda client: client.joined_members(room)).members}
