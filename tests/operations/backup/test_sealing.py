"""The file: whoever has the key reads all of it or is told plainly why not."""

import io

import pytest

from groupops.operations.backup import sealing
from groupops.operations.backup.sealing import Kind, Sealer, Unreadable, WrongKey

KEY, OTHER = "one key", "another key"


def sealed(*payloads: bytes, key: str = KEY) -> bytes:
    """A file of these frames."""
    file = io.BytesIO()
    sealer = Sealer(file, keys=[key, OTHER], header={"key": {"id": sealing.key_id(key), "home": "a drawer"}, "site": "http://x"})
    for payload in payloads:
        sealer.put(Kind.ROWS, payload)
    sealer.close()
    return file.getvalue()


def opened(content: bytes, *keys: str) -> list[bytes]:
    """The frames of a file."""
    file = io.BytesIO(content)
    header = sealing.header_of(file)
    return [payload for _kind, payload in sealing.frames(file, header=header, keys=keys)]


def test_what_goes_in_comes_out_in_order() -> None:
    """With an old key as well as with the newest; and nothing of it can be read in the file."""
    payloads = [f"秘密 {n}".encode() * 500 for n in range(40)]
    content = sealed(*payloads)
    assert opened(content, "a newer key", KEY) == payloads
    assert "秘密".encode() not in content


def test_a_wrong_key_is_called_a_wrong_key() -> None:
    """It says which one is wanted and where that lay."""
    with pytest.raises(WrongKey) as refusal:
        opened(sealed(b"x"), OTHER)
    assert sealing.key_id(KEY) in str(refusal.value)
    assert "a drawer" in str(refusal.value)
    assert KEY not in str(refusal.value)


def test_every_flipped_byte_is_noticed() -> None:
    """Behind the header each one; in the header what decides."""
    content = sealed(b"a", b"b")
    start = content.index(b"\n", len(sealing.MAGIC)) + 1
    for position in range(start, len(content), 7):
        broken = bytearray(content)
        broken[position] ^= 1
        with pytest.raises(Unreadable):
            opened(bytes(broken), KEY)
    with pytest.raises(Unreadable):
        opened(b"X" + content[1:], KEY)


def test_frames_cannot_change_places_or_be_cut_in_the_middle() -> None:
    """A frame knows its number."""
    first, second = sealed(b"a", b"b"), sealed(b"b")
    head = first.index(b"\n", len(sealing.MAGIC)) + 1
    size = sealing.LENGTH.unpack(first[head : head + 4])[0] + 4
    with pytest.raises(Unreadable):
        opened(first[:head] + first[head + size :], KEY)
    with pytest.raises(Unreadable):
        opened(first[:-1], KEY)
    assert opened(second, KEY) == [b"b"]
