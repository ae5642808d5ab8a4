"""The live stream, and nothing else: pages cost two to six times more CPU on ASGI and stay on WSGI."""

import os
from http import HTTPStatus

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groupops.settings")
django.setup()

from django.urls import reverse  # noqa: E402  (these need the apps that the line above loads)

from groupops.shared import checks, streams  # noqa: E402
from groupops.shared.streams import Receive, Scope, Send  # noqa: E402

checks.refuse_to_start()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI 3: the stream at its address, 404 elsewhere. A proxy leads only the stream here (docs/explanation/live.md)."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http" and scope["path"] == reverse("live"):
        await streams.serve(scope, receive, send)
    elif scope["type"] == "http":
        await streams.answer(send, HTTPStatus.NOT_FOUND)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
