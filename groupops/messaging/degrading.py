"""What is done where a platform cannot do what was asked: a ladder per operation, decided before the call, stored on the delivery.

Source: "Degrading is a written table", docs/explanation/messaging.md. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Capability, Level, Operation
from groupops.messaging.policy import Step

NOT_THERE = Capability(Level.NONE)
HEADING = "【群公告】"
Capabilities = Mapping[Operation, Capability]


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: which operation it takes, and why it is taken instead of the one before. Without one: no call."""

    step: Step
    operation: Operation | None
    why: str = ""


@dataclass(frozen=True)
class Doing:
    """What is done: the operation to call (None: nothing is called), and what stands on the delivery."""

    step: Step
    operation: Operation | None
    text: str
    why: str = ""


def _asked(operation: Operation) -> Rung:
    return Rung(Step.ASKED, operation)


BY_HAND = _("The platform cannot do this by itself here: a person does it.")
# A private word never becomes an @ in the group: what was meant for one person is not for all to read.
LADDERS: dict[Operation, tuple[Rung, ...]] = {
    Operation.ANNOUNCE: (
        _asked(Operation.ANNOUNCE),
        Rung(Step.PIN, Operation.PIN, _("The platform has no announcements: the text is pinned instead.")),
        Rung(Step.HEADED, Operation.SEND_GROUP, _("The platform has no announcements: a message under a heading instead.")),
        Rung(Step.BY_HAND, None, BY_HAND),
    ),
    Operation.MUTE: (
        _asked(Operation.MUTE),
        Rung(Step.RECORDED, None, _("The platform cannot mute: the mute is kept here only.")),
    ),
    Operation.UNMUTE: (
        _asked(Operation.UNMUTE),
        Rung(Step.RECORDED, None, _("The platform cannot mute: the end of the mute is kept here only.")),
    ),
}
TIMER = _("The platform knows no end of a mute: it is lifted from here at its hour.")


def ladder(operation: Operation) -> tuple[Rung, ...]:
    """The steps from what was asked to a person's hands."""
    return LADDERS.get(operation, (_asked(operation), Rung(Step.BY_HAND, None, BY_HAND)))


def choose(operation: Operation, can: Capabilities, *, text: str, ends: bool) -> Doing:
    """The first step that is possible. `ends`: a mute that has an end."""
    for rung in ladder(operation):
        if rung.operation is None or _can(can, rung.operation):
            return _doing(rung, can, text=text, ends=ends)
    raise AssertionError(f"the ladder of {operation} has no last step")


def _doing(rung: Rung, can: Capabilities, *, text: str, ends: bool) -> Doing:
    if rung.operation == Operation.MUTE and ends and not can[Operation.MUTE].timed:
        return Doing(Step.TIMER, rung.operation, text, TIMER)
    said = f"{HEADING}\n{text}" if rung.step == Step.HEADED else text
    return Doing(rung.step, rung.operation, said, rung.why)


def _can(can: Capabilities, operation: Operation) -> bool:
    return can.get(operation, NOT_THERE).possible


def begun(operation: Operation, step: str, *, text: str) -> Doing:
    """The step that a first try took: a retry, or a look on the platform, must be about the same. Unknown steps: as asked."""
    if step == Step.TIMER:
        return Doing(Step.TIMER, operation, text, TIMER)
    rungs = ladder(operation)
    rung = next((rung for rung in rungs if rung.step == step), rungs[0])
    return _doing(rung, {Operation.MUTE: Capability(Level.NATIVE, timed=True)}, text=text, ends=False)


def stands(doing: Doing | None) -> dict[str, str]:
    """The columns of a delivery that say what is done instead of what was asked."""
    return {"step": doing.step, "degraded": doing.why} if doing else {}
