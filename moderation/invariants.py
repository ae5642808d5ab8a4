"""What must hold of decisions and strikes (settings.INVARIANTS)."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop as _

from groupops.shared.invariants import Found, Invariant, Look, of_rows
from moderation.models import Decision, Strike
from moderation.policy import AppealState, CaseState, Offence, Severity, Verdict, weight_of

WITHOUT = [offence for offence in Offence if not all(weight_of(offence, severity) for severity in Severity)]  # punished, never counted


def kept() -> list[Invariant]:
    """Strikes are the decisions that stand, no more and no less."""
    return [
        Invariant("moderation.strike-was-decided", _("Every strike that counts has a decision that stands."), _undecided),
        Invariant("moderation.decision-has-strike", _("Every punishment that stands has its strike."), _without_strike),
        Invariant("moderation.appeal-frees", _("No strike counts whose appeal was upheld."), _upheld),
    ]


def _undecided(look: Look) -> Found:
    return of_rows(Strike.objects.filter(Q(decision__undone_at__isnull=False) | ~Q(decision__verdict=Verdict.PUNISH), overruled_at=None))


def _without_strike(look: Look) -> Found:
    """Of cases that are punished: before that a second person decides."""
    decided = Decision.objects.filter(verdict=Verdict.PUNISH, undone_at=None, case__state=CaseState.PUNISHED)
    return of_rows(decided.exclude(case__offence__in=WITHOUT).filter(~Exists(Strike.objects.filter(decision=OuterRef("pk")))))


def _upheld(look: Look) -> Found:
    return of_rows(Strike.objects.filter(appeal__state=AppealState.UPHELD, overruled_at=None))
