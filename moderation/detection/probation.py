"""The first posts of a newcomer are looked at more strictly: links, contacts, pictures and calls to everyone are not for them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop

from moderation.detection import contacts, web
from moderation.detection.batch import Batch
from moderation.detection.messages import Found, Message
from moderation.detection.settings import Flag, Lines, Number, Setting, read

SETTINGS: Mapping[str, Setting] = {
    "posts": Number(3, 1, 100),
    "hours": Number(24, 0, 8_760),
    "links": Flag(default=True),
    "contacts": Flag(default=True),
    "pictures": Flag(default=False),
    "allow": Lines((), 5_000, 253),
}
LINK = gettext_noop("A newcomer's link: %(domain)s.")
CONTACT = gettext_noop("A newcomer gives a contact: %(seen)s.")
PICTURE = gettext_noop("A newcomer's picture.")
EVERYONE = gettext_noop("A newcomer mentions everyone.")


class Probation:
    """On probation is whoever has said less than so much, or came less than so many hours ago."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._links = web.Links(read(web.SETTINGS, {"refuse": "unknown", "allow": settings["allow"]}))
        self._contacts = contacts.Contacts(read(contacts.SETTINGS, {}))

    def look(self, batch: Batch) -> list[Found]:
        """Per message of a newcomer the first thing that must wait."""
        places = [place for place, message in enumerate(batch.messages) if self._new(message)]
        theirs = Batch([batch.messages[place] for place in places])
        theirs.folded = [batch.folded[place] for place in places]
        return [Found(places[each.place], each.reason, each.spans, each.parameters) for each in self._first(theirs)]

    def _new(self, message: Message) -> bool:
        """Whether the author is on probation."""
        fresh = message.joined_at is not None and message.at - message.joined_at < timedelta(hours=self._settings["hours"])
        return fresh or message.posts_before < self._settings["posts"]

    def _first(self, batch: Batch) -> list[Found]:
        """One finding a message, links before contacts before the rest."""
        found: dict[int, Found] = {}
        for place, message in enumerate(batch.messages):
            if message.mentions_all:
                found[place] = Found(place, EVERYONE)
            elif self._settings["pictures"] and message.pictures:
                found[place] = Found(place, PICTURE)
        if self._settings["contacts"]:
            found |= {each.place: Found(each.place, CONTACT, each.spans, each.parameters) for each in self._contacts.look(batch)}
        if self._settings["links"]:
            found |= {each.place: Found(each.place, LINK, each.spans, each.parameters) for each in self._links.look(batch)}
        return list(found.values())
