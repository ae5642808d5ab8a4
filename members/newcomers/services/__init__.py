"""Every write of the newcomers: greeted by a person, welcomed by the machine, heard in the chat, followed up."""

from members.newcomers.services.greeting import greet, ungreet
from members.newcomers.services.hearing import NoRules, acknowledge, keep_acknowledged, keep_heard, unacknowledge
from members.newcomers.services.welcoming import Join, follow_delivery, freshen, keep_joins, say_welcomes

__all__ = [
    "Join",
    "NoRules",
    "acknowledge",
    "follow_delivery",
    "freshen",
    "greet",
    "keep_acknowledged",
    "keep_heard",
    "keep_joins",
    "say_welcomes",
    "unacknowledge",
    "ungreet",
]
