"""What the staff owes its groups: windows of the day, and the time after a slot."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import setting


@dataclass(frozen=True)
class DutyRule:
    """Policy content.duties: for how long somebody stays by after a slot has left. Ours, a proposal."""

    title: ClassVar[Promise] = _("Staff duties")
    after_slot_minutes: int = setting(
        60,
        _("stay by after each slot for"),
        high=240,
        unit=_("minutes"),
        help=_("Reactions to a post are answered by somebody while it is fresh. 0: no such duty."),
    )

    @property
    def after_slot(self) -> timedelta:
        """As a span."""
        return timedelta(minutes=self.after_slot_minutes)


class Window(TextChoices):
    """Where a duty's window lies, seen from now on the group's wall clock."""

    LATER = "later", _("Later today")
    NOW = "now", _("Now")
    OVER = "over", _("Over")
