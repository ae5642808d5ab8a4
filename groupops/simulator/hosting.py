"""Where a simulated community lives: the fake platform of this installation, or one opened for the time of a run on the same disk."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings
from django.test.utils import override_settings

from groupops.messaging.fake_platform.claiming import claim
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.server import Server
from groupops.shared.errors import Conflict
from groupops.simulator.world import World, recalled

AT_ONCE = 400  # facts of one request; a body may have a mebibyte
FOLDER = "fake-platform"  # of the state folder; what `manage.py fake_platform` serves


class Occupied(Conflict):
    """Another process has the platform's disk."""


class PlatformAway(Conflict):
    """The platform does not answer, or not as it should."""


@dataclass(frozen=True)
class Told:
    """What the platform knows of a community: itself (None: nothing), its last moment, and how much has happened there at all."""

    world: World | None
    latest: str
    events: int


@dataclass(frozen=True)
class Posted:
    """Something that an account of ours said in a room: its id there, its text and when."""

    id: str
    room: str
    text: str
    at: datetime


class Puppets:
    """The hands of the simulator on the platform: over HTTP, as everybody's."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def settle(self, world: World) -> World:
        """A community comes to live here, unless one of its name does already; the one that lives here then."""
        return recalled(self._call("PUT", f"communities/{world.name}", world.about())["about"])

    def look(self, name: str) -> Told:
        """What the platform knows of a community."""
        return _told(self._call("GET", f"communities/{name}"))

    def tell(self, facts: Sequence[dict[str, Any]]) -> int:
        """What happened, in order; returns how much of it was new."""
        parts = (facts[start : start + AT_ONCE] for start in range(0, len(facts), AT_ONCE))
        return sum(int(self._call("POST", "past", {"facts": part})["new"]) for part in parts)

    def act(self, room: str, verb: str, **values: str) -> bool:
        """Somebody does something now; False where the platform refuses it (they were muted or removed). Raises PlatformAway."""
        return self._answer("POST", f"rooms/{quote(room, safe='')}/{verb}", values).is_success

    def said_by(self, account: str, *, since: int) -> tuple[list[Posted], int]:
        """What an account has said since a number (negative: nothing, only where we are), and the number to go on with."""
        found, query, more = [], {"since": str(since)} if since >= 0 else {}, True
        while more:
            answer = self.client.get("/api/events", params=query, headers={"Authorization": f"Bearer {account}"}).json()
            rows = [row for row in answer["events"] if row.get("own") and row["kind"] == "message.created"]
            found += [Posted(row["key"], row["group"], row["text"], datetime.fromisoformat(row["at"])) for row in rows]
            query, more = {"since": str(answer["next"])}, bool(answer["more"])
        return found, int(query["since"])

    def fail(self, **fault: object) -> None:
        """Order a fault."""
        self._call("POST", "faults", fault)

    def mode(self, *, readable: bool) -> None:
        """Whether the platform shows what was done under which key."""
        self._call("PUT", "mode", {"readable": readable})

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        answer = self._answer(method, path, body)
        if not answer.is_success:
            raise PlatformAway(f"The fake platform refuses {path}: {answer.status_code} {answer.text[:200]}")
        found: dict[str, Any] = answer.json()
        return found

    def _answer(self, method: str, path: str, body: object) -> httpx.Response:
        try:
            return self.client.request(method, f"/control/{path}", json=body)
        except httpx.HTTPError as error:
            raise PlatformAway(f"The fake platform does not answer ({error.__class__.__name__}).") from error


def _told(answer: dict[str, Any]) -> Told:
    about = answer["about"]
    return Told(about and recalled(about), answer["latest"], answer["events"])


@contextmanager
def puppets(address: str) -> Iterator[Puppets]:
    """The platform at an address."""
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        yield Puppets(client)


@contextmanager
def opened(folder: Path | None = None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[Platform]:
    """A platform of this process's own, on the disk of the installation; for the block our adapter finds it. Raises Occupied."""
    folder = folder or Path(settings.STATE_DIR) / FOLDER
    with _held(folder):
        server = Server(Platform(folder, now=now), 0)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            with override_settings(FAKE_PLATFORM_URL=f"http://127.0.0.1:{server.server_address[1]}"):
                yield server.platform
        finally:
            server.shutdown()
            server.server_close()


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    try:
        lock = claim(folder)
    except OSError:
        raise Occupied(f"Another process has the fake platform of {folder}. Name it in GROUPOPS_FAKE_PLATFORM_URL.") from None
    with lock:
        yield


@contextmanager
def platform() -> Iterator[Puppets]:
    """The running platform where the settings name one, else one for the time of the block. Raises Occupied."""
    if settings.FAKE_PLATFORM_URL:
        with puppets(settings.FAKE_PLATFORM_URL) as found:
            yield found
        return
    with opened(), puppets(settings.FAKE_PLATFORM_URL) as found:
        yield found
