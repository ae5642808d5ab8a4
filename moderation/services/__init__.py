"""Every write of moderation: noticing, judging, appeals, rules."""

from moderation.services.appealing import AppealRefused, answer, appeal
from moderation.services.deciding import AlreadyDecided, ItIsYou, TakenByOther, claim, decide, release, snooze, undo
from moderation.services.hits import count
from moderation.services.noticed import Noticed, Report
from moderation.services.noticing import notice
from moderation.services.withdrawing import take_back

__all__ = [
    "AlreadyDecided",
    "AppealRefused",
    "ItIsYou",
    "Noticed",
    "Report",
    "TakenByOther",
    "answer",
    "appeal",
    "claim",
    "count",
    "decide",
    "notice",
    "release",
    "snooze",
    "take_back",
    "undo",
]
