"""What is too much: messages, repetitions, mentions, pictures and emoji of one member within a time."""

import re
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop

from moderation.detection.batch import Batch
from moderation.detection.messages import Found, Message
from moderation.detection.normal import normal, tight
from moderation.detection.settings import Flag, Number, Setting

FLOOD: Mapping[str, Setting] = {"messages": Number(8, 2, 500), "seconds": Number(30, 1, 86_400)}
REPEAT: Mapping[str, Setting] = {"times": Number(3, 2, 100), "minutes": Number(60, 1, 10_080), "length": Number(4, 1, 200)}
MENTIONS: Mapping[str, Setting] = {"mentions": Number(5, 1, 500), "everyone": Flag(default=True)}
EMOJI: Mapping[str, Setting] = {"emoji": Number(15, 1, 500), "pictures": Number(5, 1, 100), "minutes": Number(5, 1, 1_440)}

FLOODED = gettext_noop("%(count)d messages within %(seconds)d seconds.")
REPEATED = gettext_noop("The same text %(count)d times within %(minutes)d minutes.")
MENTIONED = gettext_noop("Mentions %(count)d members at once.")
EVERYONE = gettext_noop("Mentions everyone.")
EMOJI_MANY = gettext_noop("%(count)d emoji in one message.")
PICTURES_MANY = gettext_noop("%(count)d pictures or stickers within %(minutes)d minutes.")

_EMOJI = re.compile("[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff☀-➿⌀-⏿⬀-⯿]")
_STICKER = re.compile(r"\[[^\[\]\s]{1,8}\]")  # [捂脸]: how exports and bridges write WeChat's own


class _Windows:
    """Per key the moments within a time, oldest first."""

    def __init__(self, length: timedelta) -> None:
        self._length = length
        self._moments: dict[Any, deque[datetime]] = defaultdict(deque)

    def count(self, key: Any, at: datetime, times: int = 1) -> int:
        """How many there are with this one."""
        moments = self._moments[key]
        while moments and moments[0] <= at - self._length:
            moments.popleft()
        moments.extend([at] * times)
        return len(moments)


class Flood:
    """More than so many messages of one member in one group within a time."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._most, self._seconds = settings["messages"], settings["seconds"]

    def look(self, batch: Batch) -> list[Found]:
        """Each message that is one too many."""
        windows, found = _Windows(timedelta(seconds=self._seconds)), []
        for message, place in batch.timeline:
            count = windows.count((message.group, message.author), message.at)
            if place is not None and count > self._most:
                found.append(Found(place, FLOODED, (), {"count": count, "seconds": self._seconds}))
        return found


class Repeat:
    """One member says the same thing so many times; spaces, marks and disguises do not make it another thing."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._times, self._minutes, self._length = settings["times"], settings["minutes"], settings["length"]

    def look(self, batch: Batch) -> list[Found]:
        """Each message from the so-manieth on."""
        windows, found = _Windows(timedelta(minutes=self._minutes)), []
        for message, place in batch.timeline:
            said = tight(message.text)
            if len(said) < self._length:
                continue
            count = windows.count((message.group, message.author, said), message.at)
            if place is not None and count >= self._times:
                found.append(Found(place, REPEATED, ((0, len(message.text)),), {"count": count, "minutes": self._minutes}))
        return found


class Mentions:
    """Many members at once, or everyone."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._most, self._everyone = settings["mentions"], settings["everyone"]

    def look(self, batch: Batch) -> list[Found]:
        """Each such message."""
        found = []
        for place, message in enumerate(batch.messages):
            if self._everyone and message.mentions_all:
                found.append(Found(place, EVERYONE))
            elif message.mentions > self._most:
                found.append(Found(place, MENTIONED, (), {"count": message.mentions}))
        return found


class Emoji:
    """Many emoji in a message, or many pictures of one member within a time."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._emoji, self._pictures, self._minutes = settings["emoji"], settings["pictures"], settings["minutes"]

    def look(self, batch: Batch) -> list[Found]:
        """Each message that is too much."""
        windows, found = _Windows(timedelta(minutes=self._minutes)), []
        for message, place in batch.timeline:
            count = windows.count((message.group, message.author), message.at, _pictures(message)) if _pictures(message) else 0
            if place is None:
                continue
            small = len(_EMOJI.findall(message.text)) + len(_STICKER.findall(message.text))
            if small > self._emoji:
                found.append(Found(place, EMOJI_MANY, (), {"count": small}))
            elif count > self._pictures:
                found.append(Found(place, PICTURES_MANY, (), {"count": count, "minutes": self._minutes}))
        return found


def _pictures(message: Message) -> int:
    """Pictures of a message; a message of emoji alone counts as one."""
    if message.pictures:
        return min(message.pictures, 500)
    bare = _STICKER.sub("", _EMOJI.sub("", normal(message.text))).strip()
    return 1 if message.text.strip() and not bare else 0
