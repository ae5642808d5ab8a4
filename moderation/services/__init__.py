"""Every write of moderation: noticing, judging, the blacklist, appeals, rules."""

from moderation.services.appealing import AppealRefused, answer, appeal
from moderation.services.blacklisting import bar, confirm, lapse, lift
from moderation.services.claiming import claim, release, snooze
from moderation.services.deciding import decide, undo
from moderation.services.demanding import AlreadyDecided, ItIsYou, TakenByOther
from moderation.services.hits import count
from moderation.services.noticed import Noticed, Report
from moderation.services.noticing import notice
from moderation.services.replying import read_replies
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
    "bar",
    "claim",
    "confirm",
    "count",
    "decide",
    "lapse",
    "lift",
    "notice",
    "read_replies",
    "release",
    "snooze",
    "take_back",
    "undo",
]
