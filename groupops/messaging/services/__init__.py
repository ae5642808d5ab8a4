"""Every write of the messaging that a person asks for, and the checks of connections."""

from groupops.messaging.services.bindings import OtherWorld, RoomTaken, WrongRoom, bind, confirm_room, unbind
from groupops.messaging.services.connections import (
    NotAccepted,
    OtherAccount,
    check,
    check_all,
    connect,
    rotate,
)
from groupops.messaging.services.decisions import decide, undo
from groupops.messaging.services.many import Many, decide_many, put_back_many, take_many, undo_many
from groupops.messaging.services.orders import Incomplete, order
from groupops.messaging.services.pausing import PAUSE_RIGHTS, Afterwards, NothingChosen, pause, resume
from groupops.messaging.services.registering import NoRegistration, NotReached, prove, registration
from groupops.messaging.services.seen import MovedOn, TakenByOther
from groupops.messaging.services.taking import put_back, take
from groupops.messaging.services.tuning import NoAnswer, look_again, remove_limit, set_limit, test_send, try_again

__all__ = [
    "PAUSE_RIGHTS",
    "Afterwards",
    "Incomplete",
    "Many",
    "MovedOn",
    "NoAnswer",
    "NoRegistration",
    "NotAccepted",
    "NotReached",
    "NothingChosen",
    "OtherAccount",
    "OtherWorld",
    "RoomTaken",
    "TakenByOther",
    "WrongRoom",
    "bind",
    "check",
    "check_all",
    "confirm_room",
    "connect",
    "decide",
    "decide_many",
    "look_again",
    "order",
    "pause",
    "prove",
    "put_back",
    "put_back_many",
    "registration",
    "remove_limit",
    "resume",
    "rotate",
    "set_limit",
    "take",
    "take_many",
    "test_send",
    "try_again",
    "unbind",
    "undo",
    "undo_many",
]
