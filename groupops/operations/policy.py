"""When the machine counts as ready."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

STALE = timedelta(seconds=60)  # four missed beats of 15 s
EXPECTED = ("worker",)  # its beat proves the clock, the broker and a worker at once


@dataclass(frozen=True)
class Health:
    """What was seen: whether the database answered, and when each part last showed that it lives."""

    at: datetime
    database: bool
    heartbeats: dict[str, datetime] = field(default_factory=dict)

    def age(self, name: str) -> float | None:
        """Seconds since the last beat of `name`; None where it never beat."""
        return (self.at - self.heartbeats[name]).total_seconds() if name in self.heartbeats else None

    def fresh(self, name: str) -> bool:
        """Whether `name` beat lately."""
        age = self.age(name)
        return age is not None and age <= STALE.total_seconds()

    @property
    def ready(self) -> bool:
        """Whether everything that must live does."""
        return self.database and all(self.fresh(name) for name in EXPECTED)
