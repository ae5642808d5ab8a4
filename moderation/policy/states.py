"""States of rules, cases, acts and appeals. docs/reference/moderation.md is drawn from the table here."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RuleState(TextChoices):
    """How far a rule goes."""

    DRAFT = "draft", _("Draft")
    REHEARSAL = "rehearsal", _("Rehearsal: only counts")
    LIVE = "live", _("Live")
    OFF = "off", _("Off")


R = RuleState
RULE_MOVES: dict[RuleState, frozenset[RuleState]] = {
    R.DRAFT: frozenset({R.REHEARSAL, R.LIVE, R.OFF}),
    R.REHEARSAL: frozenset({R.DRAFT, R.LIVE, R.OFF}),
    R.LIVE: frozenset({R.REHEARSAL, R.OFF}),
    R.OFF: frozenset({R.DRAFT, R.REHEARSAL, R.LIVE}),
}


class Source(TextChoices):
    """Who noticed."""

    RULE = "rule", _("A rule")
    MODEL = "model", _("The model")
    REPORT = "report", _("A member's report")
    STAFF = "staff", _("A colleague")
    BARRED = "barred", _("The blacklist")


class CaseState(TextChoices):
    """Where a case is."""

    OPEN = "open", _("To judge")
    SECOND = "second", _("Waits for a second reviewer")
    PUNISHED = "punished", _("Violation")
    REMINDED = "reminded", _("Reminded only")
    CLEAN = "clean", _("No violation")
    MISTAKEN = "mistaken", _("False positive")
    WITHDRAWN = "withdrawn", _("Taken back by the author")
    OVERRULED = "overruled", _("Overruled on appeal")


C = CaseState
DECIDED = (C.PUNISHED, C.REMINDED, C.CLEAN, C.MISTAKEN)
# The whole machine. A move that is not here is a bug.
MOVES: dict[CaseState, frozenset[CaseState]] = {
    C.OPEN: frozenset({C.SECOND, C.WITHDRAWN, *DECIDED}),
    C.SECOND: frozenset({C.OPEN, C.WITHDRAWN, *DECIDED}),
    C.PUNISHED: frozenset({C.OPEN, C.OVERRULED}),
    C.REMINDED: frozenset({C.OPEN}),
    C.CLEAN: frozenset({C.OPEN}),
    C.MISTAKEN: frozenset({C.OPEN}),
    C.WITHDRAWN: frozenset(),
    C.OVERRULED: frozenset(),
}
OPEN = (C.OPEN, C.SECOND)  # one such case a member and offence


class Verdict(TextChoices):
    """What is decided about a case."""

    PUNISH = "punish", _("Violation: next step of the ladder")
    REMIND = "remind", _("Remind kindly, without a strike")
    CLEAN = "clean", _("No violation")
    MISTAKE = "mistake", _("False positive of the rule")


V = Verdict
_OUTCOMES: dict[Verdict, CaseState] = {
    V.PUNISH: C.PUNISHED,
    V.REMIND: C.REMINDED,
    V.CLEAN: C.CLEAN,
    V.MISTAKE: C.MISTAKEN,
}


def outcome(verdict: Verdict, *, needs_second: bool) -> CaseState:
    """Where a verdict leads. Only a punishment needs a second reviewer."""
    return C.SECOND if verdict == V.PUNISH and needs_second else _OUTCOMES[verdict]


class MeasureState(TextChoices):
    """Where an act of a decision is; follows its delivery."""

    WAITING = "waiting", _("On its way")
    DONE = "done", _("Done")
    FAILED = "failed", _("Not done")
    CANCELLED = "cancelled", _("Called off")


class AppealState(TextChoices):
    """Where an appeal is."""

    OPEN = "open", _("To decide")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")
