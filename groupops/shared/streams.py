"""The live stream (SSE) of the ASGI process: one subscription to Redis, any number of readers up to MOST, each allowed anew all the time.

Not a Django view: its handler would hold a thread and a database connection for every open stream.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie
from django.utils.module_loading import import_string
from redis.asyncio import Redis
from redis.exceptions import RedisError

from groupops.shared.live import TOPICS, channel

log = logging.getLogger(__name__)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
MOST = 500  # streams of one process; whoever comes after polls
HEARTBEAT = 15.0  # seconds: proxies keep the line open, and whoever has logged out is sent away
GATHER = 0.3  # seconds to let one change bring its neighbours along
APART = 1.0  # seconds between two events of one stream, however much happens
RECONNECT = 2.0  # seconds until a lost Redis is asked again
CHECKS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")  # as many database connections, however many streams
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events back until it has a page of them
]


class Stream:
    """What one open page has not heard yet."""

    def __init__(self) -> None:
        self.topics: set[str] = set()
        self.wake = asyncio.Event()

    def tell(self, *topics: str) -> None:
        """Something changed."""
        self.topics.update(topics)
        self.wake.set()

    def take(self) -> list[str]:
        """What changed since the last time."""
        self.wake.clear()
        topics, self.topics = sorted(self.topics), set()
        return topics


class Hub:
    """All streams of this process and the one subscription that feeds them; it exists while somebody listens."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.listener: asyncio.Task[None] | None = None
        self.hears = False  # whether Redis is being listened to

    @contextlib.contextmanager
    def join(self) -> Iterator[Stream]:
        """A stream for as long as the block runs. It begins with everything: its page is older than the stream."""
        stream = Stream()
        self.streams.add(stream)
        if self.hears:
            stream.tell(*TOPICS)
        if self.listener is None or self.listener.done():
            self.listener = asyncio.create_task(self._listen())
        try:
            yield stream
        finally:
            self.streams.discard(stream)
            if not self.streams and self.listener is not None:
                self.listener.cancel()
                self.listener, self.hears = None, False

    async def _listen(self) -> None:
        while True:
            try:
                async with Redis.from_url(settings.REDIS_URL, health_check_interval=30) as redis, redis.pubsub() as heard:
                    await heard.subscribe(channel())
                    self.hears = True
                    self._tell(*TOPICS)  # whatever was missed until now
                    async for message in heard.listen():
                        if message["type"] == "message":
                            self._tell(message["data"].decode(errors="replace"))
            except (RedisError, OSError) as failure:
                self.hears = False
                log.warning("the live stream lost Redis: %s", failure.__class__.__name__)
                await asyncio.sleep(RECONNECT)

    def _tell(self, *topics: str) -> None:
        known = [topic for topic in topics if topic in TOPICS]
        for stream in self.streams if known else ():
            stream.tell(*known)


hub = Hub()


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of the stream's address: GET with a session, else 401, 405, or 503 when the process is full."""
    status = await _status(scope)
    if status != HTTPStatus.OK:
        await answer(send, status)
        return
    await send({"type": "http.response.start", "status": status.value, "headers": HEADERS})
    gone = asyncio.create_task(_disconnected(receive))
    try:
        with hub.join() as stream:
            async for piece in _pieces(stream, _session(scope), gone):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    except asyncio.CancelledError:
        log.info("a live stream ends with its process")  # the server waits for no reader that never goes
    finally:
        gone.cancel()


async def _status(scope: Scope) -> HTTPStatus:
    if scope["method"] != "GET":
        return HTTPStatus.METHOD_NOT_ALLOWED
    if not settings.REDIS_URL or len(hub.streams) >= MOST:
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.OK if await _may_listen(_session(scope)) else HTTPStatus.UNAUTHORIZED


async def _pieces(stream: Stream, session: str, gone: asyncio.Task[None]) -> AsyncIterator[bytes]:
    """Events and heartbeats until the reader goes, or may no longer listen; asked before each of them."""
    yield b"retry: 5000\n\n"
    while not gone.done():
        await _something(stream, gone)
        if not await _may_listen(session):
            yield b"event: bye\ndata:\n\n"
            return
        topics = stream.take()
        yield f"event: changed\ndata: {' '.join(topics)}\n\n".encode() if topics else b": beat\n\n"
        if topics:
            await asyncio.wait([gone], timeout=APART)


async def _something(stream: Stream, gone: asyncio.Task[None]) -> None:
    """Until something changed and its neighbours had time to follow, or the reader went, or it is time for a heartbeat."""
    woken = asyncio.ensure_future(stream.wake.wait())
    done, _waiting = await asyncio.wait({woken, gone}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
    woken.cancel()
    if woken in done:
        await asyncio.wait([gone], timeout=GATHER)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _may_listen(session: str) -> bool:
    return await asyncio.get_running_loop().run_in_executor(CHECKS, may_listen, session)


def may_listen(session: str) -> bool:
    """Whether a session belongs to somebody who may log in now: not logged out, not locked out, password not changed."""
    close_old_connections()
    try:
        request = HttpRequest()
        request.session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(session)
        return bool(session) and get_user(request).is_authenticated
    finally:
        close_old_connections()


def _session(scope: Scope) -> str:
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    return parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")


async def answer(send: Send, status: HTTPStatus) -> None:
    """A bare answer."""
    headers = [(b"content-type", b"text/plain"), (b"retry-after", b"30")]
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": status.phrase.encode()})
