"""What newcomers say and by what they are answered, in the order it was said: pure, so that a batch ends like one message at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from groupops.groups.policy import Coverage, waking_until
from members import asking
from members.arriving import OnboardingRule, introduces
from members.asking import How

ANSWERABLE = timedelta(days=3)  # a later reply is about something else
INTRODUCES = timedelta(days=7)  # words of introduction count so long after the join


@dataclass(slots=True)
class Heard:
    """A message of the batch."""

    event_id: int
    group_id: int
    membership_id: int
    text: str
    at: datetime
    message: str = ""  # remote id of the message
    reply_to: str = ""  # remote id of the message it replies to, where the platform says so


@dataclass(slots=True, eq=False)
class Fresh:
    """A newcomer while a batch works on them: what is kept, and whether it was changed."""

    pk: int
    group_id: int
    membership_id: int
    name: str
    user: str  # remote id
    joined_at: datetime
    first_spoke_at: datetime | None
    first_event_id: int | None
    message: str  # remote id of the first message
    answer_due_at: datetime | None
    introduced_at: datetime | None
    answered_at: datetime | None
    answered_how: str
    answered_member_id: int | None
    is_changed: bool = False


@dataclass(frozen=True)
class Told:
    """What a message was: their first, an introduction, the answer to somebody's first."""

    first: Fresh | None = None
    introduced: Fresh | None = None
    answered: Fresh | None = None


@dataclass
class Hall:
    """The newcomers of some groups that something is still open of."""

    zones: Mapping[int, str]
    coverage: Mapping[int, Coverage]
    rules: Mapping[int, OnboardingRule]
    fresh: list[Fresh]
    _of_group: defaultdict[int, list[Fresh]] = field(default_factory=lambda: defaultdict(list))
    _of_member: dict[int, Fresh] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.fresh:
            self._of_group[one.group_id].append(one)
            self._of_member[one.membership_id] = one

    def hear(self, messages: Iterable[Heard]) -> dict[int, Told]:
        """Everything that was said, by time; what each message was, by its event, where it was anything."""
        found = {}
        for said in sorted(messages, key=lambda said: (said.at, said.event_id)):
            own = self._of_member.get(said.membership_id)
            first, introduced = self._own(own, said) if own is not None and said.at >= own.joined_at else (None, None)
            answered = self._answers(said)
            if first or introduced or answered:
                found[said.event_id] = Told(first, introduced, answered)
        return found

    def _own(self, one: Fresh, said: Heard) -> tuple[Fresh | None, Fresh | None]:
        is_first = one.first_spoke_at is None or said.at < one.first_spoke_at
        if is_first:  # an earlier one that arrives late is the first after all
            one.first_spoke_at, one.first_event_id, one.message = said.at, said.event_id, said.message
            hours = timedelta(hours=self.rules[one.group_id].answer_hours)
            one.answer_due_at = waking_until(said.at, hours, self.zones[one.group_id], self.coverage[one.group_id])
            one.is_changed = True
        tells = one.introduced_at is None and said.at <= one.joined_at + INTRODUCES
        if tells and introduces(said.text, first=is_first, signs=self.rules[one.group_id].introduced_signs):
            one.introduced_at, one.is_changed = said.at, True
            return (one if is_first else None), one
        return (one if is_first else None), None

    def _answers(self, said: Heard) -> Fresh | None:
        """Whose first message it answers: the one it replies to, whom it addresses, or who spoke just before."""
        waiting = [one for one in self._of_group[said.group_id] if _waits(one, said)]
        if not waiting:
            return None
        waiting.sort(key=lambda one: one.first_spoke_at or one.joined_at, reverse=True)
        for how, found in ((How.REPLY, _replied), (How.MENTION, _addressed), (How.FOLLOWED, self._followed)):
            if (one := found(waiting, said)) is not None:
                one.answered_at, one.answered_how, one.answered_member_id = said.at, how.value, said.membership_id
                one.is_changed = True
                return one
        return None

    def _followed(self, waiting: list[Fresh], said: Heard) -> Fresh | None:
        soon = timedelta(minutes=self.coverage[said.group_id].followed_minutes)
        one = waiting[0]
        if said.reply_to or not soon or said.at - (one.first_spoke_at or said.at) > soon:
            return None
        return one if _is_words(said.text) else None


def _waits(one: Fresh, said: Heard) -> bool:
    """Whether the message can be the answer to this newcomer's first at all."""
    if one.answered_at is not None or one.first_spoke_at is None or one.membership_id == said.membership_id:
        return False
    return one.first_spoke_at < said.at <= one.first_spoke_at + ANSWERABLE


def _replied(waiting: list[Fresh], said: Heard) -> Fresh | None:
    if said.reply_to:
        return next((one for one in waiting if one.message == said.reply_to), None)
    if asking.may_quote(said.text):
        return next((one for one in waiting if asking.quotes(said.text, name=one.name, user=one.user)), None)
    return None


def _addressed(waiting: list[Fresh], said: Heard) -> Fresh | None:
    if asking.may_mention(said.text):
        return next((one for one in waiting if asking.mentions(said.text, name=one.name, user=one.user)), None)
    return None


def _is_words(text: str) -> bool:
    """Whether what was said next can be meant for the newcomer: 欢迎, or words addressed to nobody else."""
    return "欢迎" in text or asking.is_substantial(text)
