"""Personal WeChat by a person's hands: nothing is called, every act becomes a card of the send desk. No network, no credentials.

Personal WeChat has no official group API; unofficial ones cost people their accounts (docs/how-to/send-by-hand.md).
"""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import (
    Action,
    Adapter,
    Capability,
    Check,
    ContentRejected,
    CredentialField,
    Found,
    Health,
    InvalidTarget,
    Level,
    Operation,
    Outcome,
    RemoteGroup,
    Resolution,
    Result,
)

# Characters of one pasted message. Tencent publishes no limit for personal WeChat; people report from 2,048 bytes to more than
# 10,000 characters (BotFlow issue 90, CowAgent issues 939 and 1064). 2,000 is read comfortably on a phone; each channel may set its own.
LONGEST = 2000
LEAST, MOST = 200, 10_000
NAME_LENGTH = 200  # characters of a group's name, as a binding keeps them
BY_HAND = _("A person does it in WeChat and confirms it on the send desk.")
NO_MUTE = _("Personal WeChat cannot mute a member.")
NO_BAN = _("WeChat keeps nobody out: the person is removed, and people do not let them in again.")
READY = _("Everything is done by hand: there is nothing that can break.")
WRONG_NUMBER = _("Characters per message: a number from 200 to 10,000.")
NO_NAME = _("Type the group's name as it stands in WeChat, at most 200 characters.")
HANDS = (
    Operation.SEND_DIRECT,
    Operation.DELETE_MESSAGE,
    Operation.ANNOUNCE,
    Operation.PIN,
    Operation.KICK,
    Operation.UNBAN,
)


class Assisted(Adapter):
    """The contract with a person in place of a platform. A group's remote id is the name the operator sees in WeChat."""

    kind: ClassVar[str] = "assisted"
    label: ClassVar[str | Promise] = gettext_lazy("WeChat")
    about: ClassVar[str | Promise] = gettext_lazy(
        "Personal WeChat has no official group API. GroupOps prepares every message; a person copies, pastes and confirms."
    )
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(
            "account", gettext_lazy("Whose phone"), help=gettext_lazy("The operator and the WeChat account, as your team calls them.")
        ),
        CredentialField(
            "longest",
            gettext_lazy("Characters per message"),
            required=False,
            help=gettext_lazy("Longer texts are copied in parts. Empty: 2,000."),
        ),
    )

    @classmethod
    def enroll(cls, typed: Mapping[str, str]) -> dict[str, str]:
        """Refuses a number of characters that makes no sense."""
        longest = typed.get("longest", "").strip()
        if longest and not (longest.isascii() and longest.isdecimal() and LEAST <= int(longest[:9]) <= MOST):
            raise ContentRejected(WRONG_NUMBER)
        return {"account": typed.get("account", "").strip(), "longest": longest}

    def check(self) -> Check:
        """There is nothing to ask."""
        return Check(Health.OK, READY, self.config.get("account", ""))

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """A person can do what WeChat's own buttons can."""
        longest = int(self.config.get("longest") or LONGEST)
        hand = Capability(Level.ASSISTED, max_chars=longest, why=BY_HAND)
        return dict.fromkeys(HANDS, hand) | {
            Operation.SEND_GROUP: hand,
            Operation.BAN: Capability(Level.ASSISTED, why=NO_BAN),
            Operation.MUTE: Capability(Level.NONE, why=NO_MUTE),
            Operation.UNMUTE: Capability(Level.NONE, why=NO_MUTE),
        }

    def get_group(self, group: str) -> RemoteGroup:
        """The group under the operator's own name for it; nobody but the operator can look."""
        name = " ".join(group.split())
        if not name or len(name) > NAME_LENGTH:
            raise InvalidTarget(NO_NAME)
        return RemoteGroup(name, name)

    def send_group(self, action: Action) -> Outcome:
        """A card for a person."""
        return Outcome(Result.NEEDS_OPERATOR)

    send_direct = set_announcement = pin_message = delete_message = kick = ban = unban = send_group

    def resolve(self, action: Action) -> Resolution:
        """Nothing ever leaves from here by itself: what no person has confirmed was not sent."""
        return Resolution(Found.NOT_SENT)
