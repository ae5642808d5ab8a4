"""The delivery state machine, what each error does to it, the idempotency key, and the retry policy."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import setting
from groupops.messaging import adapter

LEASE = timedelta(seconds=45)  # longer than any call may take; renewed before each call
BATCH = 20  # rows a worker claims at once, of one connection
LOOK_AFTER = timedelta(seconds=2)  # an unknown outcome is looked up so soon
LOOK_AGAIN = timedelta(seconds=20)  # and again, while the platform does not answer or the call may still be under way
# A message that is not there counts as not sent only so long after its call began: until then it may still arrive.
QUIET = timedelta(seconds=30)
REST = timedelta(seconds=2)  # of a connection that just did not answer; its other rows need not find out one by one
LONGEST_REST = timedelta(minutes=5)  # the breaker asks at least so often whether a silent platform is back
BREAKS_AT = 3  # calls in a row without an answer: from then on one at a time, after growing rests
UNDO_FOR = timedelta(minutes=10)  # a person's decision can be taken back
SEND_AGAIN_AFTER = timedelta(seconds=10)  # "send again" waits so long, or undoing it would be a lie
SEND_AGAIN_WITHIN = timedelta(hours=1)  # a message that a person sends again lapses after this


class DeliveryState(TextChoices):
    """Where a delivery is."""

    PLANNED = "planned", _("Planned")
    DUE = "due", _("To send")
    CLAIMED = "claimed", _("Sending")
    RETRY = "retry", _("Waiting to retry")
    SENT = "sent", _("Sent")
    WAITING_PERSON = "waiting_person", _("Waiting for a person")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Outcome unknown")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


S = DeliveryState
# The whole machine; docs/reference/delivery.md is drawn from it. A move that is not here is a bug.
MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    S.PLANNED: frozenset({S.DUE, S.WAITING_PERSON, S.CANCELLED}),
    S.DUE: frozenset({S.CLAIMED, S.WAITING_PERSON, S.MISSED, S.CANCELLED}),
    S.CLAIMED: frozenset({S.SENT, S.WAITING_PERSON, S.FAILED, S.RETRY, S.UNKNOWN, S.MISSED, S.CANCELLED, S.DUE}),
    S.RETRY: frozenset({S.CLAIMED, S.WAITING_PERSON, S.MISSED, S.CANCELLED}),
    S.UNKNOWN: frozenset({S.SENT, S.DUE, S.CANCELLED}),
    S.WAITING_PERSON: frozenset({S.SENT, S.FAILED, S.DUE, S.MISSED, S.CANCELLED}),
    S.FAILED: frozenset({S.SENT, S.DUE, S.CANCELLED}),
    S.MISSED: frozenset({S.SENT, S.DUE, S.CANCELLED}),
    S.SENT: frozenset(),
    S.CANCELLED: frozenset(),
}
CLAIMABLE = (S.DUE, S.RETRY)
UNSENT = (S.PLANNED, S.DUE, S.RETRY)  # certainly not on the platform, and nobody is at it
OVER = (S.SENT, S.FAILED, S.MISSED, S.CANCELLED)  # nothing more happens by itself
LAPSES = (S.DUE, S.RETRY, S.WAITING_PERSON)  # an unknown one never lapses: it may have been sent
# The moves into these are told to the purpose (kinds.settled).
TOLD = (S.SENT, S.WAITING_PERSON, S.FAILED, S.UNKNOWN, S.MISSED, S.CANCELLED)


class Decision(TextChoices):
    """What a person may decide about a delivery."""

    SENT = "sent", _("It was sent")
    NOT_SENT = "not_sent", _("It was not sent")
    AGAIN = "again", _("Send again")
    CANCEL = "cancel", _("Do not send")


# What a person may decide in which state, and where that leads. Each can be undone for UNDO_FOR, back to where it was.
DECISIONS: dict[Decision, dict[DeliveryState, DeliveryState]] = {
    Decision.SENT: dict.fromkeys((S.WAITING_PERSON, S.UNKNOWN, S.FAILED, S.MISSED), S.SENT),
    Decision.NOT_SENT: {S.WAITING_PERSON: S.FAILED},
    Decision.AGAIN: {S.UNKNOWN: S.DUE, S.FAILED: S.DUE, S.MISSED: S.DUE, S.WAITING_PERSON: S.DUE},
    Decision.CANCEL: dict.fromkeys((S.PLANNED, S.DUE, S.RETRY, S.UNKNOWN, S.WAITING_PERSON, S.FAILED, S.MISSED), S.CANCELLED),
}


def undoes(now: DeliveryState, back: DeliveryState) -> bool:
    """Whether going from `now` to `back` takes a decision back."""
    return any(ways.get(back) == now for ways in DECISIONS.values())


def is_doubtful(connection_id: int | None, step: str, attempts: int, forgiven: int) -> bool:
    """Whether a delivery that waits for a person was stopped before its call: with "send again" the machine goes on with it.

    Not what a person must do anyway (by hand, or to be confirmed on the platform): there "send again" would double it.
    """
    return connection_id is not None and step != Step.BY_HAND and attempts <= forgiven


class Step(TextChoices):
    """What is done in place of what was asked (degrading.LADDERS)."""

    ASKED = "asked", _("As asked")
    PIN = "pin", _("Pinned message")
    HEADED = "headed", _("Message under a heading")
    TIMER = "timer", _("Lifted from here")
    RECORDED = "recorded", _("Kept here only")
    BY_HAND = "by_hand", _("By a person")


class Sort(TextChoices):
    """What a pause stops; each apart."""

    SPEAKING = "speaking", _("Speaking")
    ENFORCING = "enforcing", _("Enforcing")


def sort_of(operation: str) -> Sort | None:
    """Which pause stops an operation; None: no pause does."""
    if operation in adapter.SAYING:
        return Sort.SPEAKING
    return Sort.ENFORCING if operation in adapter.ENFORCING else None


class Around(StrEnum):
    """What an error means beyond its delivery."""

    NOTHING = "nothing"
    REST = "rest"  # the whole connection waits a moment
    DOWN = "down"  # nobody answered: it rests, longer each time
    STRAIN = "strain"  # no clear answer: it rests when that goes on
    FLAG = "flag"  # the binding's room is doubted
    LEARN = "learn"  # the capability is not there after all
    LOGIN = "login"  # pause the connection: it needs a new login
    RESTRICTED = "restricted"  # pause the connection: the platform punishes the account


def rest_after(failures: int, *, certain: bool) -> timedelta | None:
    """How long a connection rests after so many calls in a row without an answer; doubled each time.

    A call that certainly never left lets it rest at once; one whose outcome is unknown only from BREAKS_AT on: one slow answer
    among many is no reason to stop.
    """
    if not certain and failures < BREAKS_AT:
        return None
    doubled: timedelta = REST * 2 ** min(failures - 1, 20)
    return min(doubled, LONGEST_REST)


@dataclass(frozen=True)
class Ending:
    """Where an error leaves a delivery; RETRY means: while the retry policy allows, then FAILED."""

    state: DeliveryState
    around: Around = Around.NOTHING
    counts: bool = True  # towards the retry policy; False: only its expiry ends it


# Source: the table of errors, docs/explanation/messaging.md.
ENDINGS: dict[type[Exception], Ending] = {
    adapter.NotSupported: Ending(S.RETRY, Around.LEARN, counts=False),  # at once, by the next step of the ladder
    adapter.InvalidTarget: Ending(S.FAILED, Around.FLAG),
    adapter.AlreadyDone: Ending(S.UNKNOWN),  # success, after looking: only what is seen there is a receipt
    adapter.PermissionDenied: Ending(S.FAILED),
    adapter.ContentRejected: Ending(S.FAILED),
    adapter.RateLimited: Ending(S.RETRY, Around.REST, counts=False),
    adapter.LoginRequired: Ending(S.RETRY, Around.LOGIN, counts=False),
    adapter.AccountRestricted: Ending(S.WAITING_PERSON, Around.RESTRICTED),
    adapter.Unavailable: Ending(S.RETRY, Around.DOWN),
    adapter.OutcomeUnknown: Ending(S.UNKNOWN, Around.STRAIN),
    Exception: Ending(S.UNKNOWN),  # a bug in an adapter proves nothing about the platform
}
# Source: the outcomes, ibidem. DONE still needs a remote id, which is the receipt.
RESULTS: dict[adapter.Result, DeliveryState] = {
    adapter.Result.DONE: S.SENT,
    adapter.Result.ACCEPTED: S.WAITING_PERSON,
    adapter.Result.NEEDS_OPERATOR: S.WAITING_PERSON,
}


def ending(error: Exception) -> Ending:
    """Where `error` leaves a delivery: the entry of its nearest class."""
    return next(ENDINGS[cls] for cls in type(error).__mro__ if cls in ENDINGS)


def key_of(purpose: str, subject_id: int, group_id: int, part: int = 1) -> str:
    """The idempotency key: a hash of the intention, never of the attempt, never a counter."""
    return hashlib.sha256(f"{purpose}:{subject_id}:{group_id}:{part}".encode()).hexdigest()


def text_key(text: str) -> str:
    """A hash of the words of a text, however they are spaced; empty for an empty text."""
    words = unicodedata.normalize("NFKC", "".join(text.split()))
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


@dataclass(frozen=True)
class RetryPolicy:
    """Policy delivery.retry: how often and how soon a delivery that certainly never left is tried again.

    The default goes on for about an hour; what is bound to a time lapses by its own expiry before that.
    """

    title: ClassVar[Promise] = _("Trying again")
    tries: int = setting(20, _("tries at most"), low=1, high=100)
    first_seconds: int = setting(2, _("wait before the second try"), low=1, high=3600, unit=_("seconds"))
    longest_seconds: int = setting(300, _("longest wait between two tries"), low=1, high=86400, unit=_("seconds"))

    def wait(self, attempts: int) -> timedelta | None:
        """The wait before the next try after `attempts` tries; None gives up."""
        if attempts >= self.tries:
            return None
        return self.pause(attempts)

    def pause(self, attempts: int) -> timedelta:
        """The wait that grows with the tries, for what does not give up by itself."""
        return timedelta(seconds=min(self.first_seconds * 2 ** min(max(attempts - 1, 0), 20), self.longest_seconds))
