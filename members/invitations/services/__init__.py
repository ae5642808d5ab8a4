"""Every write of campaigns and invitations."""

from members.invitations.services.arriving import Arrived, arrive, unarrive
from members.invitations.services.campaigns import FIELDS, NameTaken, NoMove, Outdated, changeable, move_campaign, save_campaign
from members.invitations.services.inviting import MANY, attended, invite, mine, release, sent, take_seat, unsent, withdraw

__all__ = [
    "FIELDS",
    "MANY",
    "Arrived",
    "NameTaken",
    "NoMove",
    "Outdated",
    "arrive",
    "attended",
    "changeable",
    "invite",
    "mine",
    "move_campaign",
    "release",
    "save_campaign",
    "sent",
    "take_seat",
    "unarrive",
    "unsent",
    "withdraw",
]
