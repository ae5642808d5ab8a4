"""Actions of one OneBot over HTTP, and what it shows of groups and their members.

Source: https://github.com/botuniverse/onebot-11, communication/http.md (POST /:action with JSON), communication/authorization.md
(Authorization: Bearer), api/public.md (the actions).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groupops.messaging.adapter import InvalidTarget, Unavailable
from groupops.messaging.adapters.onebot11.answers import NO_GROUP, data_of, item, items, text
from groupops.messaging.wire import Wire


def remote(identity: str) -> int | str:
    """An id as OneBot wants it: the standard's are numbers, those of bridges to other networks need not be."""
    digits = identity.removeprefix("-")
    return int(identity) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else identity


@dataclass(frozen=True)
class Calls:
    """Requests of one account."""

    config: Mapping[str, str]
    timeout: float

    def ask(self, action: str, **params: Any) -> Any:
        """The data of an action that changes nothing. Raises AdapterError, never OutcomeUnknown."""
        return self._call(action, params, acts=False)

    def act(self, action: str, **params: Any) -> Any:
        """The data of an action that changes something. Raises AdapterError."""
        return self._call(action, params, acts=True)

    def _call(self, action: str, params: Mapping[str, Any], *, acts: bool) -> Any:
        token = self.config.get("token", "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        wire = Wire(self.config.get("url", ""), headers, timeout=self.timeout)
        return data_of(wire.call("POST", f"/{action}", body=params, acts=acts), acts=acts)

    def login(self) -> str:
        """The id of the account (get_login_info). Raises Unavailable where something else than OneBot answers."""
        return text(item(self.ask("get_login_info")).get("user_id"))

    def groups(self) -> list[dict[str, Any]]:
        """The account's groups (get_group_list)."""
        return items(self.ask("get_group_list"))

    def group(self, group: str) -> dict[str, Any]:
        """One group as it is now (get_group_info). Raises InvalidTarget, which the list of groups tells where words are unknown."""
        try:
            return item(self.ask("get_group_info", group_id=remote(group), no_cache=True))
        except Unavailable:
            if group in {text(known.get("group_id")) for known in self.groups()}:
                raise
            raise InvalidTarget(NO_GROUP) from None

    def members(self, group: str) -> list[dict[str, Any]]:
        """Who is in a group now (get_group_member_list; no_cache is an extension that others ignore). Raises InvalidTarget."""
        return items(self.ask("get_group_member_list", group_id=remote(group), no_cache=True))

    def member(self, group: str, user: str) -> dict[str, Any] | None:
        """One member as they are now (get_group_member_info); None when they are not in the group. Raises InvalidTarget, Unavailable.

        How somebody's absence is told differs from one implementation to the next, so the list of members decides.
        """
        try:
            return item(self.ask("get_group_member_info", group_id=remote(group), user_id=remote(user), no_cache=True))
        except (InvalidTarget, Unavailable):
            if user in {text(member.get("user_id")) for member in self.members(group)}:
                raise
            return None
