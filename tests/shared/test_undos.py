"""The undo of acts on many things: what was done comes back from its address, while it is fresh and where it belongs."""

from datetime import timedelta

import pytest
import time_machine
from django.http import Http404

from groupops.shared import clock, undos


def test_what_was_done_comes_back_for_ten_minutes() -> None:
    """As JSON: a pair is a list."""
    at = clock.now()
    with time_machine.travel(at, tick=False):
        token = undos.token("groups", [(1, "active"), (2, "paused")])
    with time_machine.travel(at + timedelta(seconds=undos.FRESH - 1), tick=False):
        assert undos.read("groups", token) == [[1, "active"], [2, "paused"]]
    with time_machine.travel(at + timedelta(seconds=undos.FRESH + 2), tick=False), pytest.raises(Http404):
        undos.read("groups", token)


@pytest.mark.parametrize("damage", [lambda token: token[:-1], lambda token: "x" + token, lambda token: "", lambda token: "a:b:c"])
def test_a_damaged_token_or_one_of_another_room_undoes_nothing(damage: object) -> None:
    """404, as an address that does not exist."""
    token = undos.token("groups", [1])
    with pytest.raises(Http404):
        undos.read("groups", damage(token))  # type: ignore[operator]
    with pytest.raises(Http404):
        undos.read("members", token)


def test_an_address_that_no_server_takes_is_not_offered() -> None:
    """A toast without a button, instead of a button that fails."""
    assert undos.tags("/undo/1/") == "undo:/undo/1/"
    assert undos.tags("") == undos.tags("/" * (undos.LONGEST + 1)) == ""
