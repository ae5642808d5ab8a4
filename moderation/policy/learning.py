"""What a group's model learns from, and when a new one takes the place of the old. Pure."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from moderation.policy.offences import TO_PEOPLE, Offence
from moderation.policy.states import CaseState

O = Offence  # noqa: E741
# What a text alone shows. A model's rule is for one of these; what people must judge is never among them.
LEARNED = frozenset({O.ADVERT, O.PYRAMID, O.PROMOTION, O.PAID})
UPHELD = frozenset({CaseState.PUNISHED, CaseState.REMINDED})
HARMLESS = frozenset({CaseState.CLEAN, CaseState.MISTAKEN, CaseState.OVERRULED})
FEWEST = 10  # verdicts of each sort
ANEW = 20  # new verdicts after which a model is learned anew
ASKED = 1  # where a person asks for it
LEAST_PRECISION, LEAST_RECALL = 0.6, 0.1  # at the queue's threshold: what is below only costs people's time
LEASE = timedelta(minutes=3)  # longer than a task may take
KEPT = 5  # versions of a group whose weights are kept


class ModelState(TextChoices):
    """What became of a model that was learned."""

    CURRENT = "current", _("In use")
    FORMER = "former", _("Replaced")
    REFUSED = "refused", _("Not used")


class NotReplaced(TextChoices):
    """Why a new model does not take the place of the old."""

    NONE = "", ""
    POOR = "poor", _("It is wrong too often, or finds too little, on verdicts that it had not seen.")
    WORSE = "worse", _("On new verdicts that neither had seen it is wrong oftener than the model in use.")


def label(offence: str, state: str, *, in_text: bool) -> bool | None:
    """Whether a judged message teaches an offence (True), harmlessness (False), or nothing (None).

    `in_text`: it was found by what it says, not by how often it was said. Abuse, politics and quarrels teach that a text is no
    advert: a model must never act on them.
    """
    if state in HARMLESS:
        return False
    if state not in UPHELD:
        return None
    if offence in LEARNED:
        return True if in_text else None
    return False if offence in TO_PEOPLE else None


def verdict(*, precision: float, recall: float, wrong: int, wrong_before: int | None) -> NotReplaced:
    """Why a new model is not used; NONE: it is. `wrong_before` is None where there is no model in use yet."""
    if precision < LEAST_PRECISION or recall < LEAST_RECALL:
        return NotReplaced.POOR
    return NotReplaced.WORSE if wrong_before is not None and wrong > wrong_before else NotReplaced.NONE


def missing(offences: int, harmless: int, new: int, *, anew: int = ANEW) -> int:
    """How many more verdicts are needed before a model is learned; 0: none. `anew`: new ones, fewer where somebody wants it now."""
    return max(FEWEST - offences, FEWEST - harmless, anew - new, 0)
