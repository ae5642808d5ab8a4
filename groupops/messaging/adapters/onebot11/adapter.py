"""The operations of a OneBot: natively, by the actions of https://github.com/botuniverse/onebot-11, api/public.md.

A OneBot implementation is no official client of QQ's. Some log a time-out for a message that is in the group, and its retries arrive all
at once: whatever is unclear is OutcomeUnknown, and what was said is not said again by itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn

from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging import parts
from groupops.messaging.adapter import (
    Action,
    Adapter,
    AdapterError,
    AlreadyDone,
    Capability,
    Check,
    CredentialField,
    Health,
    InvalidTarget,
    LoginRequired,
    NotSupported,
    Operation,
    Outcome,
    Push,
    RateHint,
    RemoteGroup,
    RemoteMember,
    Resolution,
    Result,
    Scope,
)
from groupops.messaging.adapters.onebot11 import events, looking, mutes
from groupops.messaging.adapters.onebot11.abilities import CAN, LONGEST_TEXT, of_role
from groupops.messaging.adapters.onebot11.answers import LOST_MESSAGE, NO_MEMBER, item, proof, receipt, text
from groupops.messaging.adapters.onebot11.calls import Calls, remote
from groupops.messaging.adapters.onebot11.enrolling import FIELDS, enroll
from groupops.messaging.adapters.onebot11.opening import opened
from groupops.shared import clock


class OneBot11(Adapter):
    """Groups of one account. Its id is learned when the connection is made; events of any other are refused."""

    kind = "onebot11"
    label = gettext_lazy("QQ (OneBot 11)")
    about = gettext_lazy(
        "QQ groups by a bot program of your own that speaks OneBot 11. QQ does not approve of it and may restrict the account: your risk."
    )
    fields: ClassVar[tuple[CredentialField, ...]] = FIELDS
    pushes = True
    rates: ClassVar[tuple[RateHint, ...]] = (
        RateHint(20, 60, source=gettext_noop("Our own caution: QQ documents no limit, and restricts accounts that seem to be machines.")),
        RateHint(6, 60, Scope.GROUP, source=gettext_noop("Our own caution: a group is no place for more.")),
    )

    @classmethod
    def enroll(cls, typed: Mapping[str, str]) -> dict[str, str]:
        """Asks whose account it is."""
        return enroll(typed)

    @property
    def calls(self) -> Calls:
        """Requests to the bot program."""
        return Calls(self.config, self.timeout)

    # --- looking ---------------------------------------------------------------------------------------------------------
    def check(self) -> Check:
        """Whose account it is (get_login_info), and whether it is online (get_status: `online` may be null, `good` counts)."""
        account = self.config.get("self_id", "")
        try:
            found = self.calls.login()
            if account and found != account:
                return Check(Health.NEEDS_LOGIN, gettext_noop("Another account is logged in there now."), account)
            status = item(self.calls.ask("get_status"))
        except LoginRequired as error:
            return Check(Health.NEEDS_LOGIN, error.message, account)
        except AdapterError as error:
            return Check(Health.DOWN, error.message, account)
        if status.get("online") is False:
            return Check(Health.NEEDS_LOGIN, gettext_noop("The account is not online: log it in in the bot program."), found)
        if status.get("good") is False:
            return Check(Health.DEGRADED, gettext_noop("The bot program says that it does not work well."), found)
        return Check(Health.OK, gettext_noop("The account is online."), found)

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """What the standard offers; in a group what the account's role there allows."""
        if group is None:
            return CAN
        return of_role(self.calls.member(group, self.config.get("self_id", "")) or {})

    def list_groups(self) -> Sequence[RemoteGroup]:
        """The account's groups."""
        return [_group(group) for group in self.calls.groups()]

    def get_group(self, group: str) -> RemoteGroup:
        """One group."""
        return _group(self.calls.group(group))

    def list_members(self, group: str) -> Sequence[RemoteMember]:
        """Under the name they have in the group, else their own."""
        return [RemoteMember(text(who.get("user_id")), events.called(who)) for who in self.calls.members(group)]

    # --- acting ----------------------------------------------------------------------------------------------------------
    def send_group(self, action: Action) -> Outcome:
        """send_group_msg, one per part. A failure after the first is OutcomeUnknown, which a person decides."""
        return parts.send(action, _texts(action), say=self._say, seen=_unreadable)

    def send_direct(self, action: Action) -> Outcome:
        """send_private_msg. The action's group is looked at first: nobody is written to in the name of one that is gone."""
        self.get_group(action.group)
        return parts.send(action, _texts(action), say=self._whisper, seen=_unreadable)

    def set_announcement(self, action: Action) -> Outcome:
        """_send_group_notice, an extension of go-cqhttp's: others answer 1404, which is NotSupported."""
        self.calls.act("_send_group_notice", group_id=remote(action.group), content=action.text)
        return Outcome(Result.DONE, (receipt(),))

    def delete_message(self, action: Action) -> Outcome:
        """delete_msg, which takes no group: so that is looked at first, as for a private message."""
        self.get_group(action.group)
        try:
            self.calls.act("delete_msg", message_id=remote(action.message))
        except InvalidTarget as error:
            if error.code in LOST_MESSAGE and action.since is not None:
                raise AlreadyDone(error.message, code=error.code) from None
            raise
        return Outcome(Result.DONE, line=receipt())

    def mute(self, action: Action) -> Outcome:
        """set_group_ban until its end, at most 30 days."""
        return self._about(action, "set_group_ban", duration=mutes.seconds(action.until, at=clock.now()))

    def unmute(self, action: Action) -> Outcome:
        """set_group_ban with no duration."""
        return self._about(action, "set_group_ban", duration=0)

    def kick(self, action: Action) -> Outcome:
        """set_group_kick: they may ask to come in again."""
        return self._about(action, "set_group_kick", reject_add_request=False)

    def ban(self, action: Action) -> Outcome:
        """set_group_kick, and their requests to come in again are refused."""
        return self._about(action, "set_group_kick", reject_add_request=True)

    def resolve(self, action: Action) -> Resolution:
        """Look at what is so now; what was said stays unclear."""
        return looking.resolve(self.calls, action)

    def _about(self, action: Action, verb: str, **params: Any) -> Outcome:
        """An act about a member. go-cqhttp says that the group is not there when the member is not, so we look which it is."""
        try:
            self.calls.act(verb, group_id=remote(action.group), user_id=remote(action.user), **params)
        except InvalidTarget:
            if self.calls.member(action.group, action.user) is not None:
                raise
            absent = InvalidTarget if action.operation == Operation.MUTE else AlreadyDone
            raise absent(NO_MEMBER) from None
        return Outcome(Result.DONE, line=receipt())

    def _say(self, action: Action, key: str, words: str) -> str:
        return proof(self.calls.act("send_group_msg", group_id=remote(action.group), message=_segments(words)))

    def _whisper(self, action: Action, key: str, words: str) -> str:
        return proof(self.calls.act("send_private_msg", user_id=remote(action.user), message=_segments(words)))

    # --- hearing ---------------------------------------------------------------------------------------------------------
    def parse_push(self, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Push:
        """One signed event. The answer is 204: a body would be a quick operation (communication/http-post.md, 快速操作)."""
        if method != "POST":
            raise NotSupported(gettext_noop("Events are pushed with POST."), code="method")
        secrets = [secret.strip() for secret in self.config.get("secret", "").split(",")]
        account = self.config.get("self_id", "")
        content = opened(headers, body, secrets=secrets, account=account, at=clock.now())
        return Push(events.understood(content, account), status=204, body=b"")


def _group(group: Mapping[str, Any]) -> RemoteGroup:
    size = group.get("member_count")
    known = isinstance(size, int) and not isinstance(size, bool) and size > 0  # 0: it has not looked yet
    return RemoteGroup(text(group.get("group_id")), text(group.get("group_name")), size if known else None)


def _texts(action: Action) -> list[str]:
    return parts.split(action.text, limit=LONGEST_TEXT)


def _segments(words: str) -> list[dict[str, Any]]:
    """As an array, in which no [CQ:…] of a text is ever read as a command (message/array.md)."""
    return [{"type": "text", "data": {"text": words}}]


def _unreadable(action: Action, keys: Sequence[str]) -> NoReturn:
    raise NotSupported(gettext_noop("The platform does not show what was sent."))
