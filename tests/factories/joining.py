"""Rotating codes, who waits for them, and pictures as phones make them."""

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import factory
from factory.django import DjangoModelFactory

from groupops.groups.models import Group
from members.models import Entrance, JoinCode, JoinTarget, Waiting
from tests.factories.groups import NOW


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG file, with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 8, height: int = 8, *, tail: bytes = b"") -> bytes:
    """A gray picture; the head may claim any size."""
    lines = b"".join(b"\0" + b"\x88" * min(width, 64) for _ in range(min(height, 64)))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"") + tail


class JoinCodeFactory(DjangoModelFactory[JoinCode]):
    """A code; `groups` it leads to, in order."""

    class Meta:
        model = JoinCode
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"code-{n}")
    name = factory.Sequence(lambda n: f"文章{n}")
    created_at = NOW

    @factory.post_generation
    def groups(self: JoinCode, create: bool, given: Sequence[Group] | None, **_more: Any) -> None:
        """The groups, in order."""
        for n, group in enumerate(given or [], 1):
            JoinTarget.objects.create(code=self, group=group, position=n)


class WaitingFactory(DjangoModelFactory[Waiting]):
    """Somebody who waits."""

    class Meta:
        model = Waiting

    name = factory.Sequence(lambda n: f"等待者{n}")
    contact_shown = "wx***12"
    contact_digest = factory.Sequence(lambda n: f"digest{n}")
    created_at = NOW


def door(group: Group, **values: Any) -> Entrance:
    """A way into the group, by a link unless told otherwise."""
    return Entrance.objects.create(group=group, **({"link": f"https://example.org/{group.pk}"} | values))
