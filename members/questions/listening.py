"""What is asked and answered in a stretch of talk, in the order it was said: pure, so that a batch ends like one message at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from groupops.groups.policy import Coverage, waking_between, waking_until
from members import asking
from members.asking import Cue, How


@dataclass(slots=True)
class Said:
    """A message. `is_news`: of this batch; else it was understood before, and can only be an answer that came early."""

    event_id: int
    group_id: int
    membership_id: int
    name: str
    user: str  # remote id
    text: str
    at: datetime
    message: str = ""  # remote id of the message
    reply_to: str = ""  # remote id of the message it replies to, where the platform says so
    cue: Cue | None = None
    is_news: bool = True


@dataclass(slots=True, eq=False)
class Open:
    """A question while a batch works on it: what is kept of it, and what was changed."""

    pk: int | None  # None: asked in this batch
    event_id: int | None
    group_id: int
    membership_id: int
    cue: str
    asked_at: datetime
    last_asked_at: datetime
    times: int
    name: str
    user: str
    message: str
    due_at: datetime | None = None
    how: How = How.NONE
    answered_at: datetime | None = None
    answered_by: int | None = None
    answer_id: int | None = None
    waited: int | None = None
    is_changed: bool = False


@dataclass(frozen=True)
class Verdict:
    """What a message was: `answered` a question, or `asked` one anew (`again`: one that waits already)."""

    answered: Open | None = None
    asked: Open | None = None
    again: bool = False


@dataclass
class Talk:
    """The open questions of some groups, and what happens to them. A busy group has hundreds: no message looks at all of them in vain."""

    zones: Mapping[int, str]
    policies: Mapping[int, Coverage]
    questions: list[Open] = field(default_factory=list)
    _of_group: defaultdict[int, list[Open]] = field(default_factory=lambda: defaultdict(list))  # those that wait, the last asked last
    _of_asker: defaultdict[int, list[Open]] = field(default_factory=lambda: defaultdict(list))  # by membership, settled ones too

    def know(self, questions: Iterable[Open]) -> None:
        """Questions of before, the last asked last."""
        for one in questions:
            self._add(one)

    def _add(self, one: Open) -> None:
        self.questions.append(one)
        self._of_asker[one.membership_id].append(one)
        if not one.how:
            self._of_group[one.group_id].append(one)

    def hear(self, messages: Iterable[Said]) -> dict[int, Verdict]:
        """Everything that was said, by time; what each message of the batch was, by its event, where it was anything."""
        found = {}
        for said in sorted(messages, key=lambda said: (said.at, said.event_id)):
            answered = self._answered(said)
            asked, again = self._asked(said) if said.cue and said.is_news and answered is None else (None, False)
            if said.is_news and (answered or asked):
                found[said.event_id] = Verdict(answered, asked, again)
        return found

    def _answered(self, said: Said) -> Open | None:
        """The question that this message answers: the one it replies to, whose asker it addresses, or the last one asked before it."""
        if not self._of_group[said.group_id]:
            return None
        for how, one in ((How.REPLY, self._replied(said)), (How.MENTION, self._addressed(said)), (How.FOLLOWED, self._followed(said))):
            if one is not None:
                self._settle(one, said, how)
                return one
        return None

    def _waiting(self, said: Said) -> Iterator[Open]:
        """What the message may answer, the last asked first."""
        return (one for one in reversed(self._of_group[said.group_id]) if _may_answer(said, one))

    def _replied(self, said: Said) -> Open | None:
        if said.reply_to:
            return next((one for one in self._waiting(said) if one.message == said.reply_to), None)
        if asking.may_quote(said.text):
            return next((one for one in self._waiting(said) if asking.quotes(said.text, name=one.name, user=one.user)), None)
        return None

    def _addressed(self, said: Said) -> Open | None:
        if not asking.may_mention(said.text):
            return None
        return next((one for one in self._waiting(said) if asking.mentions(said.text, name=one.name, user=one.user)), None)

    def _followed(self, said: Said) -> Open | None:
        """The last question before it, where that was just now and what is said can be an answer."""
        soon = timedelta(minutes=self.policies[said.group_id].followed_minutes)
        one = next(self._waiting(said), None)
        if one is None or said.reply_to or said.cue or not timedelta() <= said.at - one.last_asked_at <= soon or not soon:
            return None
        return one if asking.is_substantial(said.text) else None

    def _settle(self, one: Open, said: Said, how: How) -> None:
        one.how, one.answered_at, one.answered_by, one.answer_id = how, said.at, said.membership_id, said.event_id
        one.waited = self._waited(one, said.at)
        one.is_changed = True
        self._of_group[one.group_id].remove(one)

    def _waited(self, one: Open, until: datetime) -> int:
        return round(waking_between(one.asked_at, until, self.zones[one.group_id], self.policies[one.group_id]).total_seconds())

    def _asked(self, said: Said) -> tuple[Open, bool]:
        """The question of this message: one that its author asked shortly before and that still waits, or a new one."""
        within = timedelta(minutes=self.policies[said.group_id].merge_minutes)
        for one in reversed(self._of_asker[said.membership_id]):
            waits = one.answered_at is None or said.at < one.answered_at  # the latter: this was asked first and arrived late
            if waits and one.event_id != said.event_id and min(abs(said.at - one.asked_at), abs(said.at - one.last_asked_at)) <= within:
                self._again(one, said)
                return one, True
        return self._new(said), False

    def _again(self, one: Open, said: Said) -> None:
        one.times += 1
        if said.at > one.last_asked_at and not one.how:
            one.last_asked_at = said.at
            self._of_group[one.group_id].remove(one)
            self._of_group[one.group_id].append(one)
        if said.at < one.asked_at:  # it arrived late: this is when they first asked
            one.asked_at, one.due_at = said.at, self._due(said)
        if one.answered_at:
            one.waited = self._waited(one, one.answered_at)
        one.is_changed = True

    def _new(self, said: Said) -> Open:
        one = Open(
            None, said.event_id, said.group_id, said.membership_id, said.cue or "", said.at, said.at, 1, said.name, said.user, said.message
        )
        one.due_at = self._due(said)
        self._add(one)
        return one

    def _due(self, said: Said) -> datetime:
        policy = self.policies[said.group_id]
        return waking_until(said.at, policy.goal, self.zones[said.group_id], policy)


def _may_answer(said: Said, one: Open) -> bool:
    """Whether it can be an answer at all: somebody else's, later, before the matter is over; what came early answers only what is new."""
    other = one.membership_id != said.membership_id and (said.is_news or one.pk is None)
    return other and one.asked_at <= said.at <= one.last_asked_at + asking.ANSWERABLE
