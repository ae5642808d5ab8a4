"""Every write of the newcomers: greeted by a person, welcomed by the machine, heard in the chat, followed up."""

from members.newcomers.services.acting import Act, Many, act, act_one, undo_one
from members.newcomers.services.acting import undo as undo_act
from members.newcomers.services.following import drop_leftovers, make_lists, watch_first_messages
from members.newcomers.services.greeting import greet, greet_one, ungreet
from members.newcomers.services.hearing import NoRules, acknowledge, keep_acknowledged, keep_heard, unacknowledge
from members.newcomers.services.judging import (
    NoBuddy,
    SaidAlready,
    give_buddy,
    mark_answered,
    mark_introduced,
    settle_intake,
    unmark_answered,
    unmark_introduced,
)
from members.newcomers.services.opening import renew_home
from members.newcomers.services.trying import try_welcome
from members.newcomers.services.welcoming import Join, follow_delivery, freshen, keep_joins, say_welcomes

__all__ = [
    "Act",
    "Join",
    "Many",
    "NoBuddy",
    "NoRules",
    "SaidAlready",
    "acknowledge",
    "act",
    "act_one",
    "drop_leftovers",
    "follow_delivery",
    "freshen",
    "give_buddy",
    "greet",
    "greet_one",
    "keep_acknowledged",
    "keep_heard",
    "keep_joins",
    "make_lists",
    "mark_answered",
    "mark_introduced",
    "renew_home",
    "say_welcomes",
    "settle_intake",
    "try_welcome",
    "unacknowledge",
    "undo_act",
    "undo_one",
    "ungreet",
    "unmark_answered",
    "unmark_introduced",
    "watch_first_messages",
]
