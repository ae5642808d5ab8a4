"""What the machine noticed, as it is handed over."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from groupops.inbound.models import StoredEvent
from moderation.models import Rule
from moderation.policy import Offence, Severity, Source


@dataclass(frozen=True)
class Noticed:
    """Something in one message. Without a rule it comes from the model or from a report; `certain`: meant to be acted upon at once."""

    event_id: int
    group_id: int
    membership_id: int
    author: str
    message: str
    text: str
    at: datetime
    day: date
    offence: Offence
    source: Source = Source.RULE
    rule: Rule | None = None
    certain: bool = False
    score: float = 1.0
    spans: tuple[tuple[int, int], ...] = ()
    reason: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    taken_back: bool = False
    counted: bool = False  # as a message of its day: what was reported later is, what is screened now is not yet

    @property
    def severity(self) -> Severity:
        """The rule's, else normal."""
        return Severity(self.rule.severity) if self.rule else Severity.NORMAL


def pointed_at(event: StoredEvent, *, group_id: int, membership_id: int, offence: Offence, zone: str) -> Noticed:
    """A kept message that members reported; `membership_id` is its author's, `zone` the group's."""
    return Noticed(
        event_id=event.pk,
        group_id=group_id,
        membership_id=membership_id,
        author=event.remote_user,
        message=event.remote_message,
        text=event.text,
        at=event.occurred_at,
        day=event.occurred_at.astimezone(ZoneInfo(zone)).date(),
        offence=offence,
        source=Source.REPORT,
        counted=True,
    )


@dataclass(frozen=True)
class Report:
    """A member pointed at a message; `by_event`: the message in which they said so, None where it was on their page."""

    reporter: int
    noticed: Noticed
    at: datetime
    by_event: int | None = None
