"""Which group a code shows; what is a picture."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import entering, pictures
from members.entering import Door, Way
from tests.factories.groups import NOW
from tests.factories.joining import png

DOORS = st.builds(
    Door,
    group_id=st.integers(1, 99),
    members=st.integers(0, 400),
    most=st.integers(1, 400),
    link=st.sampled_from(["", "https://x"]),
    steps=st.sampled_from(["", "加好友"]),
    picture=st.booleans(),
    picture_until=st.none() | st.integers(-9, 9).map(lambda n: NOW + timedelta(days=n)),
    active=st.booleans(),
    shut=st.booleans(),
)


@given(st.lists(DOORS, max_size=6))
def test_the_first_open_group_is_shown_and_never_a_full_one(doors: list[Door]) -> None:
    chosen = entering.pick(doors, NOW)
    ways = [door.way(NOW) for door in doors]
    if chosen is None:
        assert Way.OPEN not in ways
    else:
        assert chosen is doors[ways.index(Way.OPEN)]
        assert chosen.members < chosen.limit <= chosen.most
        assert chosen.room(NOW) > 0


@given(DOORS)
def test_one_more_member_never_opens_a_door(door: Door) -> None:
    if door.way(NOW) != Way.OPEN:
        assert replace(door, members=door.members + 1).way(NOW) != Way.OPEN


def test_a_picture_alone_stops_at_200_and_at_its_date() -> None:
    door = Door(1, members=199, most=500, picture=True, picture_until=NOW + timedelta(minutes=1))
    assert door.way(NOW) == Way.OPEN
    assert replace(door, members=200).way(NOW) == Way.FULL
    assert door.way(NOW + timedelta(minutes=1)) == Way.EXPIRED
    assert replace(door, members=200, link="https://x").way(NOW) == Way.OPEN
    assert Door(1, members=0, most=9).way(NOW) == Way.NONE


def test_a_picture_is_measured() -> None:
    assert pictures.measure(png(30, 20)) == pictures.Measured("image/png", 30, 20)
    jpeg = b"\xff\xd8\xff\xe0\x00\x04JF\xff\xc0\x00\x0b\x08\x00\x14\x00\x1e\x01\x01\x11\x00\xff\xda\x00\x02pixels\xff\xd9"
    assert pictures.measure(jpeg) == pictures.Measured("image/jpeg", 30, 20)
    body = b"WEBPVP8X" + b"\x0a\0\0\0" + b"\0\0\0\0" + (29).to_bytes(3, "little") + (19).to_bytes(3, "little")
    webp = b"RIFF" + len(body).to_bytes(4, "little") + body
    assert pictures.measure(webp) == pictures.Measured("image/webp", 30, 20)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 60,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>",
        b"%PDF-1.7",
        png()[:-8],
        png(tail=b"<script>alert(1)</script>"),
        png(60000, 60000),
        png(0, 5),
        png().replace(b"IDAT", b"IDAX"),
        b"\xff\xd8\xff\xe0\x00\x04JF",
        b"\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00\xff\xd9",
        b"\x89PNG\r\n\x1a\n" + b"\0" * pictures.LARGEST,
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(pictures.NoPicture):
        pictures.measure(content)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8L"]))
def test_any_bytes_are_measured_or_refused(content: bytes, head: bytes) -> None:
    with suppress(pictures.NoPicture):
        pictures.measure(head + content)
