"""The operations of a bridge: each one a signed request, each answer checked. docs/reference/webhook-bridge.md is the agreement.

A bridge does an act once per key; whoever does not promise that is asked before anything is tried again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging import parts, pushed, signing
from groupops.messaging.adapter import (
    SAYING,
    AccountRestricted,
    Action,
    Adapter,
    AdapterError,
    Capability,
    Check,
    CredentialField,
    Found,
    Health,
    Level,
    LoginRequired,
    NotSupported,
    Operation,
    Outcome,
    OutcomeUnknown,
    Push,
    RemoteGroup,
    RemoteMember,
    Resolution,
    Result,
)
from groupops.messaging.adapters.webhook import abilities, answers
from groupops.messaging.adapters.webhook.calls import Calls, secrets_of
from groupops.messaging.adapters.webhook.enrolling import FIELDS, enroll
from groupops.shared import clock

MOST_ROOMS, MOST_MEMBERS = 10_000, 100_000
WORKS = gettext_noop("The bridge answers.")
TWICE = gettext_noop("The bridge does not promise to do an act once per key: what is unclear may need a person.")
UNSURE = gettext_noop("The bridge cannot tell what was sent.")
HEALTH: dict[type[AdapterError], Health] = {LoginRequired: Health.NEEDS_LOGIN, AccountRestricted: Health.RESTRICTED}
WORST = (Result.DONE, Result.ACCEPTED, Result.NEEDS_OPERATOR)


class Webhook(Adapter):
    """Rooms behind a bridge. What it can do is kept with its credentials, and renewed when the channel is checked."""

    kind = "webhook"
    label = gettext_lazy("Bridge (signed JSON)")
    about = gettext_lazy("Any other network, by a small program of your own that speaks our documented JSON.")
    fields: ClassVar[tuple[CredentialField, ...]] = FIELDS
    pushes = True

    @classmethod
    def enroll(cls, typed: Mapping[str, str]) -> dict[str, str]:
        """Asks what the bridge can do."""
        return enroll(typed)

    @property
    def calls(self) -> Calls:
        """Requests to the bridge."""
        return Calls(self.config, self.timeout)

    @property
    def told(self) -> abilities.Told:
        """What the bridge said when it was last asked."""
        return abilities.remembered(self.config.get("capabilities", ""))

    # --- looking ---------------------------------------------------------------------------------------------------------
    def check(self) -> Check:
        """Ask what it can do now, and how it is. `keep` renews what is kept of that."""
        try:
            answer = self.calls.get("capabilities")
            now = abilities.told(answer.data, secrets=self.calls.secrets)
        except AdapterError as error:
            return Check(HEALTH.get(type(error), Health.DOWN), error.message)
        account = answer.field("account")
        keep = {} if now.kept() == self.config.get("capabilities") else {"capabilities": now.kept()}
        line = answers.said(answer.field("line"), secrets=self.calls.secrets)
        health = _health(answer.field("health"))
        if health == Health.OK and not now.dedupes:
            health, line = Health.DEGRADED, line or TWICE
        return Check(health, line or WORKS, account if answers.is_id(account) else "", keep)

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """As it said when it was last asked; in a room as it says now. Events come where they can be signed."""
        own = dict(self.told.operations)
        if secrets_of(self.config, "push_secret"):
            own[Operation.EVENTS] = Capability(Level.NATIVE)
        if group is None:
            return own
        live = self.calls.can(group=group).operations
        return abilities.there(own, {Operation.EVENTS: Capability(Level.NATIVE), **live})

    def list_groups(self) -> Sequence[RemoteGroup]:
        """GET /groups."""
        return [_group(row) for row in answers.rows(self.calls.get("groups"), "groups", most=MOST_ROOMS)]

    def get_group(self, group: str) -> RemoteGroup:
        """GET /groups/ID. Another room than the one that was asked for is none."""
        found = _group(self.calls.get("groups", group).data)
        if found.id != group:
            raise answers.nonsense(acts=False)
        return found

    def list_members(self, group: str) -> Sequence[RemoteMember]:
        """GET /groups/ID/members."""
        found = answers.rows(self.calls.get("groups", group, "members"), "members", most=MOST_MEMBERS)
        return [RemoteMember(*answers.named(row)) for row in found]

    # --- acting ----------------------------------------------------------------------------------------------------------
    def perform(self, action: Action) -> Outcome:
        """Nothing that the bridge does not offer is asked of it. Raises NotSupported."""
        can = self.told.operations.get(action.operation)
        if can is None or not can.possible:
            raise NotSupported(abilities.NOT_HERE)
        return super().perform(action)

    def send_group(self, action: Action) -> Outcome:
        """One act per part, each under its own key; the worst result of them counts."""
        ends = [Outcome(Result.DONE)]
        sent = parts.send(action, self._texts(action), say=partial(self._say, ends), seen=self._before)
        worst = max(ends, key=lambda end: WORST.index(end.result))
        return Outcome(worst.result, tuple(filter(None, sent.remote_ids)), worst.line)

    send_direct = send_group

    def _act(self, action: Action) -> Outcome:
        """As it is. A bridge that may do a key twice is asked first when this is not the first try."""
        if action.since is not None and not self.told.dedupes:
            there = self._resolved(action)
            if there.found == Found.SENT:
                return Outcome(Result.DONE, there.remote_ids)
        return self._post(action)

    set_announcement = pin_message = delete_message = mute = unmute = kick = ban = unban = _act

    def resolve(self, action: Action) -> Resolution:
        """POST /resolve, for every part of a text."""
        if action.operation in (Operation.SEND_GROUP, Operation.SEND_DIRECT):
            return parts.resolve(action, self._texts(action), seen=self._seen)
        return self._resolved(action)

    def _post(self, action: Action) -> Outcome:
        answer = self.calls.post("act", action, acts=True)
        line = answers.said(answer.field("line"), secrets=self.calls.secrets)
        result = answer.field("result")
        if result == "unknown":
            raise OutcomeUnknown(line or answers.UNCLEAR, code="unknown")
        if result not in list(Result):
            raise answers.nonsense(acts=True)
        return Outcome(Result(result), answers.ids(answer, acts=True), line)

    def _say(self, ends: list[Outcome], action: Action, key: str, text: str) -> str:
        """The id of a part; of one that nobody has posted yet there is none."""
        outcome = self._post(replace(action, key=key, text=text))
        ends.append(outcome)
        if outcome.result == Result.DONE and not outcome.remote_ids:
            raise OutcomeUnknown(answers.NONSENSE, code="no id")
        return outcome.remote_ids[-1] if outcome.remote_ids else ""

    def _before(self, action: Action, keys: Sequence[str]) -> Mapping[str, str]:
        """What an earlier try has left there, as far as we must know it ourselves."""
        return {} if self.told.dedupes else self._seen(action, keys)

    def _seen(self, action: Action, keys: Sequence[str]) -> Mapping[str, str]:
        found = {key: self._resolved(replace(action, key=key)) for key in keys}
        if Found.CANNOT_TELL in {resolution.found for resolution in found.values()}:
            raise NotSupported(UNSURE)
        return {key: resolution.remote_ids[-1] for key, resolution in found.items() if resolution.found == Found.SENT}

    def _resolved(self, action: Action) -> Resolution:
        """One key. What was said counts only with an id; of anything else the state is its own proof."""
        try:
            answer = self.calls.post("resolve", action, acts=False)
        except NotSupported:
            return Resolution(Found.CANNOT_TELL)
        found = answer.field("result")
        if found not in list(Found):
            raise answers.nonsense(acts=False)
        proof = answers.ids(answer, acts=False)
        if found == Found.SENT and not proof:
            if action.operation in SAYING:
                return Resolution(Found.CANNOT_TELL)
            proof = (f"{action.operation}:{action.user or action.message}",)
        return Resolution(Found(found), proof if found == Found.SENT else ())

    def _texts(self, action: Action) -> list[str]:
        """By characters, by bytes, or so that both fit."""
        can = self.told.operations.get(action.operation, abilities.NOT_HERE_NOW)
        chars, size = can.max_chars or abilities.MOST, can.max_bytes or 4 * abilities.MOST
        return parts.split(action.text, limit=chars * size, size=lambda text: max(len(text) * size, len(text.encode()) * chars))

    # --- hearing ---------------------------------------------------------------------------------------------------------
    def parse_push(self, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Push:
        """Events in our own JSON, signed (docs/reference/inbound.md); without a secret everything is refused."""
        if method != "POST":
            raise NotSupported(gettext_noop("Events are pushed with POST."), code="method")
        signing.verify(secrets=secrets_of(self.config, "push_secret"), headers=headers, body=body, at=clock.now())
        return Push(pushed.events(body))


def _group(row: Any) -> RemoteGroup:
    identity, name = answers.named(row)
    size = row.get("size")
    known = isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= MOST_MEMBERS
    return RemoteGroup(identity, name, size if known else None)


def _health(value: Any) -> Health:
    """What the bridge says of itself; nothing means that it works."""
    return Health(value) if value in list(Health) else Health.OK
