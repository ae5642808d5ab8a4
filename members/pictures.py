"""Whether an upload is a picture that we may show: by what its bytes say, never by its name. No decoder of ours touches the pixels."""

import struct
import zlib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from groupops.shared.errors import Invalid

LARGEST = 2 * 1024 * 1024  # bytes
WIDEST = 8192  # pixels, either way
MOST_PIXELS = 24_000_000  # a phone's screenshot has 4 million; a small file that says more is a bomb for whoever opens it
PNG = b"\x89PNG\r\n\x1a\n"
# The markers of JPEG that carry width and height; C4, C8 and CC among them do not.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
LONE = frozenset(range(0xD0, 0xD8)) | {0x01}  # markers without a length


class NoPicture(Invalid):
    """The upload is no picture that we keep."""


@dataclass(frozen=True)
class Measured:
    """What a picture is: its media type, and its size in pixels."""

    mime: str
    width: int
    height: int


def measure(content: bytes) -> Measured:
    """The type and size of a PNG, JPEG or WebP file. Raises NoPicture with what to do."""
    if len(content) > LARGEST:
        raise NoPicture(_("The picture is larger than 2 MB. Crop it or save it smaller."), field="picture")
    found = _png(content) or _jpeg(content) or _webp(content)
    if found is None:
        raise NoPicture(_("This is no whole PNG, JPEG or WebP picture. Take a screenshot and upload that."), field="picture")
    if not (0 < found.width <= WIDEST and 0 < found.height <= WIDEST and found.width * found.height <= MOST_PIXELS):
        raise NoPicture(_("The picture has too many pixels. Crop it or save it smaller."), field="picture")
    return found


def _png(content: bytes) -> Measured | None:
    """Every chunk to the last, each with its checksum: a file that goes on behind its end is not only a picture."""
    if not content.startswith(PNG):
        return None
    at, size, pixels = len(PNG), None, False
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        end = at + 12 + length
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if end > len(content) or zlib.crc32(kind + body) != struct.unpack_from(">I", content, end - 4)[0]:
            return None
        if size is None:
            if kind != b"IHDR" or length != 13:
                return None
            size = struct.unpack_from(">II", body)
        pixels = pixels or kind == b"IDAT"
        if kind == b"IEND":
            return Measured("image/png", *size) if pixels and end == len(content) else None
        at = end
    return None


def _jpeg(content: bytes) -> Measured | None:
    """From segment to segment until the frame; the file must have its end."""
    if not content.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in content[-4096:]:
        return None
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF or marker in LONE:  # filling, or a marker alone
            at += 1 if marker == 0xFF else 2
            continue
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return Measured("image/jpeg", width, height)
        if marker in (0xD9, 0xDA):
            return None
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]
    return None


def _webp(content: bytes) -> Measured | None:
    if len(content) < 30 or content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    if struct.unpack_from("<I", content, 4)[0] + 8 not in (len(content), len(content) + 1):
        return None
    kind = content[12:16]
    if kind == b"VP8X":
        return Measured("image/webp", 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little"))
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return Measured("image/webp", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L" and content[20] == 0x2F:
        bits = int.from_bytes(content[21:25], "little")
        return Measured("image/webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    return None
