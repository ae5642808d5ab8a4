"""How long the words of members are kept, and how far they are emptied in one turn: pure decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy import setting

NAME = "messages.kept"
CHUNK = 2000  # events in one transaction
TURN = timedelta(seconds=40)  # of one task, below Celery's soft limit; the next tick goes on


@dataclass(frozen=True)
class Kept:
    """Policy messages.kept. What is older loses its text and the platform's raw words; that it was said, when and by whom, stays."""

    title: ClassVar[Promise] = _("How long messages are kept")
    days: int = setting(30, _("keep the text of messages for"), low=1, high=3650, unit=_("days"))

    def since(self, at: datetime) -> datetime:
        """What was said before this moment is emptied."""
        return at - timedelta(days=self.days)
