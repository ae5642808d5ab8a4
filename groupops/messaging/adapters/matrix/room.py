"""One room as our account: what we say and set there carries our key, and is found again by it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Action, Operation, OutcomeUnknown, PermissionDenied, Unavailable
from groupops.messaging.adapters.matrix.client import Client, quoted
from groupops.messaging.adapters.matrix.powers import CREATE, MESSAGE, MISSING, POWERS, Powers

KEY = "org.groupops.key"  # of the content: which of our deliveries an event is
CLOCKS = timedelta(minutes=10)  # how far the homeserver's clock and ours may be apart
LOOK_BACK_PAGES = 30  # of a busy room to look through before saying "cannot tell"
COLLISIONS = 4  # times that somebody else may change the same state in the same moment
Edit = Callable[[Mapping[str, Any]], dict[str, Any] | None]


@dataclass(frozen=True)
class Room:
    """A room, and who we are in it."""

    client: Client
    account: str
    id: str

    def say(self, key: str, text: str) -> str:
        """One message; the key is also the transaction id. Its event id."""
        content = {"msgtype": "m.text", "body": text, KEY: key}
        path = f"/rooms/{quoted(self.id)}/send/{MESSAGE}/{quoted(key)}"
        return str(self.client.call("PUT", path, body=content, acts=True).get("event_id", ""))

    def state(self, kind: str, key: str = "") -> dict[str, Any] | None:
        """A state event as it is now."""
        return self.client.state(self.id, kind, key)

    def set(self, kind: str, content: Mapping[str, Any], *, key: str, state_key: str = "") -> str:
        """Set a state, marked with our key; its event id."""
        return self.client.put_state(self.id, kind, {**content, KEY: key}, state_key)

    def edit(self, kind: str, edit: Edit, *, key: str) -> str:
        """Read a state, change it, write it; the id of the event that holds it. `edit` gives None where nothing is to be changed.

        Matrix has no "only if it is still as I read it", and the later write wins: so the written event is asked which one it
        replaced. Where that is not the one that was read, somebody wrote in between, and the change is made again on theirs.
        """
        event = self.state(kind) or {}
        read, content = str(event.get("event_id", "")), event.get("content", event)
        for collision in range(COLLISIONS):
            changed = edit(content)
            if changed is None and not collision:
                return read
            changed = dict(content) if changed is None else changed  # theirs says it already, and we overwrote theirs
            written = self.set(kind, changed, key=key)
            replaced = self._replaced(written)
            if written == read or replaced in ("", read):
                return written
            theirs = self.client.event(self.id, replaced) or {}
            read, content = written, theirs.get("content", content)
        raise OutcomeUnknown(_("Others change the same setting of the room at the same time."))

    def _replaced(self, written: str) -> str:
        """Which event a state event replaced; empty where the homeserver does not say."""
        event = self.client.event(self.id, written) or {}
        return str((event.get("unsigned") or {}).get("replaces_state") or event.get("replaces_state") or "")

    def powers(self) -> Powers:
        """Who may do what, as it is now."""
        return Powers.read(self.state(POWERS), self.state(CREATE))

    def demand(self, operation: Operation) -> None:
        """Raise PermissionDenied with the right that is missing, before several steps are begun of which the last would fail."""
        lack = self.lack(operation, self.powers())
        if lack is not None:
            raise lack

    def lack(self, operation: Operation, powers: Powers, code: str = "M_FORBIDDEN") -> PermissionDenied | None:
        """The right that the account lacks for an operation; the code has its level and the one that is needed."""
        if operation not in MISSING:
            return None
        has, needs = powers.of(self.account), powers.needed(operation)
        return PermissionDenied(MISSING[operation], code=f"{code} {has}<{needs}") if has < needs else None

    def seen(self, action: Action, keys: Sequence[str]) -> dict[str, str]:
        """Which of the keys are in the room's history, with their events' ids; raises Unavailable when it is too long to look through."""
        oldest = _before(action.since)
        wanted, found = set(keys), {}
        for number, page in enumerate(self.client.pages(self.id, direction="b"), 1):
            chunk = page.get("chunk") or ()
            found.update({key: event["event_id"] for event in chunk if (key := self._key(event)) in wanted})
            if len(found) == len(wanted) or (chunk and int(chunk[-1].get("origin_server_ts", 0)) < oldest):
                return found
            if number == LOOK_BACK_PAGES:
                raise Unavailable(_("The room's history is too long to look through."))
        return found

    def earlier(self, action: Action, *keys: str) -> dict[str, str]:
        """`seen`, for an act that is not the first try; a first one has left nothing."""
        return self.seen(action, keys) if action.since else {}

    def _key(self, event: Mapping[str, Any]) -> str:
        """Our key in one of our own events: others may copy the field, not the sender."""
        content = event.get("content")
        ours = event.get("sender") == self.account and isinstance(content, dict)
        return str(content.get(KEY, "")) if ours and content else ""


def _before(since: datetime | None) -> float:
    """Milliseconds: what is older cannot be ours."""
    return (since - CLOCKS).timestamp() * 1000 if since else 0
