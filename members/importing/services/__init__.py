"""Every write of the imports: bringing in, looking at, deciding, taking over, taking back."""

from members.importing.services.chats import LARGEST as LARGEST_CHAT
from members.importing.services.chats import play, stage_chat
from members.importing.services.previewing import BadDecision, BadMapping, decide, preview
from members.importing.services.settling import TASK, NotOpen, drop, start
from members.importing.services.staging import stage
from members.importing.services.taking import take_over
from members.importing.services.undoing import undo

__all__ = [
    "LARGEST_CHAT",
    "TASK",
    "BadDecision",
    "BadMapping",
    "NotOpen",
    "decide",
    "drop",
    "play",
    "preview",
    "stage",
    "stage_chat",
    "start",
    "take_over",
    "undo",
]
