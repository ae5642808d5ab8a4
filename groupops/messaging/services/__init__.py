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
from groupops.messaging.services.orders import Incomplete, order

__all__ = [
    "Incomplete",
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
    "order",
    "pause",
    "resume",
    "rotate",
    "unbind",
    "undo",
]
