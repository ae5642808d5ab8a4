"""Every write of the messaging that a person asks for, and the checks of connections."""

from groupops.messaging.services.bindings import RoomTaken, WrongRoom, bind, unbind
from groupops.messaging.services.connections import (
    NotAccepted,
    OtherAccount,
    check,
    check_all,
    connect,
    pause,
    resume,
    rotate,
)
from groupops.messaging.services.decisions import MovedOn, decide, undo

__all__ = [
    "MovedOn",
    "NotAccepted",
    "OtherAccount",
    "RoomTaken",
    "WrongRoom",
    "bind",
    "check",
    "check_all",
    "connect",
    "decide",
    "pause",
    "resume",
    "rotate",
    "unbind",
    "undo",
]
