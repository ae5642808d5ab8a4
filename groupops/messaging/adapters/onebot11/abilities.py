"""What a OneBot can do: by the standard, and by the account's role in a group."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Capability, Level, Operation

LONGEST_TEXT = 2000  # characters; neither OneBot nor QQ documents a limit, and this much is read comfortably on a phone
ADMINS = ("owner", "admin")
ONLY_FRIENDS = _("QQ delivers private messages to the account's friends only.")
EXTENSION = _("An extension of OneBot that not every implementation has.")
NOT_FOR_GOOD = _("By removing: QQ keeps out only whom this removes, and nobody lets them in again from here.")
NO_ADMIN = _("The account is no administrator of this group.")
OWN_ONLY = _("The account is no administrator of this group: it recalls only its own messages, for two minutes.")
NATIVE, WORDS = Capability(Level.NATIVE), Capability(Level.NATIVE, max_chars=LONGEST_TEXT)
CAN: dict[Operation, Capability] = {
    Operation.SEND_GROUP: WORDS,
    Operation.SEND_DIRECT: replace(WORDS, why=ONLY_FRIENDS),
    Operation.ANNOUNCE: replace(WORDS, why=EXTENSION),
    Operation.MUTE: Capability(Level.NATIVE, timed=True),
    Operation.BAN: Capability(Level.EMULATED, why=NOT_FOR_GOOD),
    **dict.fromkeys((Operation.DELETE_MESSAGE, Operation.UNMUTE, Operation.KICK, Operation.MEMBERS, Operation.EVENTS), NATIVE),
}
FOR_ADMINS = (Operation.ANNOUNCE, Operation.MUTE, Operation.UNMUTE, Operation.KICK, Operation.BAN)


def of_role(member: Mapping[str, Any]) -> dict[Operation, Capability]:
    """What the account can do in a group where it is this member."""
    if member.get("role") in ADMINS:
        return CAN
    less = dict.fromkeys(FOR_ADMINS, Capability(Level.NONE, why=NO_ADMIN))
    return CAN | less | {Operation.DELETE_MESSAGE: Capability(Level.EMULATED, own_only=True, why=OWN_ONLY)}
