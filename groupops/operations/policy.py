"""When the machine counts as ready, and who is told of what outside the chat."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import setting

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


@dataclass(frozen=True)
class NoticeRule:
    """Policy operations.notices, for the whole site: who is told by which way, and of what beside what is critical."""

    title: ClassVar[Promise] = _("Notices outside the chat")
    founders: bool = setting(default=True, label=_("e-mail to founders"))
    operators: bool = setting(default=True, label=_("e-mail to operators"))
    admins: bool = setting(default=False, label=_("e-mail to admins"))
    webhook: bool = setting(default=True, label=_("the webhook"))
    failed: bool = setting(default=True, label=_("tell of messages that could not be sent"))
    missed: bool = setting(default=True, label=_("tell of missed slots and messages that lapsed"))
    warnings: bool = setting(default=False, label=_("tell of every other warning, too"))
