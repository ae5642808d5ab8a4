"""When a machine may act by itself, and why not."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from moderation.policy.ladder import Rung
from moderation.policy.offences import TO_PEOPLE, Offence


class Held(TextChoices):
    """Why a person decides."""

    NONE = "", ""
    QUEUE = "queue", _("The rule asks a person.")
    OFFENCE = "offence", _("Abuse, politics and quarrels are judged by people.")
    POST = "post", _("They hold a post: two people decide.")
    REMOVAL = "removal", _("The next step is removal: a person decides.")
    CAP = "cap", _("The cap of automatic acts of this hour is reached.")
    REPORT = "report", _("Members reported it.")


def held_back(*, offence: Offence, rung: Rung, certain: bool, removes_alone: bool, has_post: bool, dealt_with: int, cap: int) -> Held:
    """Why the machine must not carry out a step by itself; Held.NONE: it may.

    `certain`: the rule is meant to act; `removes_alone`: the operator turned the person off for it; `dealt_with`: automatic acts in
    this group in the last hour, of at most `cap`.
    """
    if not certain:
        return Held.QUEUE
    if offence in TO_PEOPLE:
        return Held.OFFENCE
    if has_post:
        return Held.POST
    if rung.needs_person or (rung.removes and not removes_alone):
        return Held.REMOVAL
    return Held.CAP if dealt_with >= cap else Held.NONE
