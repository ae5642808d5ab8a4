"""What a simulated community tells the fake platform: at times of its own, once each, on the disk before it is answered."""

import json
from pathlib import Path
from typing import Any

import pytest

from groupops.messaging.adapter import EventKind
from groupops.messaging.fake_platform.claiming import claim
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.telling import event_of
from groupops.messaging.fake_platform.web import handle, request_of

AT = "2026-11-20T04:00:00+00:00"


def order(platform: Platform, method: str, path: str, content: Any = None) -> tuple[int, dict[str, Any]]:
    """A request to the puppets' side."""
    reply = handle(platform, request_of(method, f"/control/{path}", "", json.dumps(content or {}).encode()))
    return reply.status, json.loads(reply.body)


def fact(key: str, verb: str, user: str = "", **values: str) -> dict[str, str]:
    """Something that happened."""
    return {"key": f"town.{key}", "at": AT, "room": "r", "verb": verb, "user": user, "name": user.title(), **values}


FACTS = [
    fact("room", "open", name="群"),
    fact("1", "join", "ann"),
    fact("2", "join", "bob"),
    fact("3", "say", "ann", text="早"),
    fact("4", "say", "bob", text="早，{}", reply_to="town.3"),
    fact("5", "rename", "bob", name="Bobby"),
    fact("6", "leave", "ann", by="bob"),
    fact("7", "say", "ann", text="还在吗"),
]


def tell(platform: Platform, facts: list[dict[str, str]]) -> int:
    """How many were new."""
    status, answer = order(platform, "POST", "past", {"facts": facts})
    assert status == 200
    return int(answer["new"])


def test_facts_keep_their_times_and_keys_and_happen_once(tmp_path: Path) -> None:
    """Also after a restart; who was removed is not heard."""
    platform = Platform(tmp_path)
    assert tell(platform, FACTS) == len(FACTS) - 1
    assert tell(platform, FACTS[:4]) == 0
    platform.ledger.close()
    again = Platform(tmp_path)
    assert tell(again, FACTS) == 0
    assert [(row["id"], row["at"]) for row in again.history] == [(one["key"], AT) for one in FACTS[:-1]]
    assert again.rooms["r"].members == {"bob": "Bobby"}


def test_a_reply_and_a_removal_are_told_as_such() -> None:
    """In the JSON of every event."""
    platform = Platform()
    tell(platform, FACTS)
    events = [event for row in platform.history if (event := event_of(row, "bot"))]
    assert [event["kind"] for event in events].count(EventKind.MESSAGE) == 2
    assert [event.get("reply_to") for event in events if event["kind"] == EventKind.MESSAGE] == [None, "town.3"]
    assert [(event["operator"], event["how"]) for event in events if event["kind"] == EventKind.LEFT] == [("bob", "kicked")]


def test_a_community_is_remembered_as_it_first_was(tmp_path: Path) -> None:
    """With the moment of the last thing it told; what others did since does not count."""
    platform = Platform(tmp_path)
    assert order(platform, "GET", "communities/town")[1] == {"about": None, "latest": "", "events": 0}
    assert order(platform, "PUT", "communities/town", {"seed": 7})[1]["about"] == {"seed": 7}
    assert order(platform, "PUT", "communities/town", {"seed": 8})[1]["about"] == {"seed": 7}
    tell(platform, FACTS)
    platform.say("r", "bob", "现在")
    platform.ledger.close()
    assert order(Platform(tmp_path), "GET", "communities/town")[1] == {"about": {"seed": 7}, "latest": AT, "events": len(FACTS) + 1}


@pytest.mark.parametrize("facts", [None, "x", [1], [{"verb": "fly"}]])
def test_what_is_no_list_of_facts_is_refused(facts: object) -> None:
    """Nothing of it happens."""
    platform = Platform()
    assert order(platform, "POST", "past", {"facts": facts})[0] == 422
    assert not platform.history


def test_one_process_at_a_time_has_the_disk(tmp_path: Path) -> None:
    """Until it lets go."""
    with claim(tmp_path), pytest.raises(BlockingIOError):
        claim(tmp_path)
    claim(tmp_path).close()
