"""What moderation holds of a human, table by table (settings.PERSONAL_DATA). That there was a strike stays; what was said goes."""

from datetime import datetime

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from groupops.record.personal import spelt
from groupops.shared.naming import blanked, mentioned
from groupops.shared.personal import Fate, Holding, Subject, emptied, goes, of_subject, stays
from moderation import models


def holdings() -> list[Holding]:
    """In the order in which they are erased."""
    m = models
    said = ("at", "case__group__name", "text", "reason")
    return [
        Holding(m.Evidence, of_subject(m.Evidence, "case__membership"), said, Fate.EMPTIED, _empty),
        emptied(m.Appeal, of_subject(m.Appeal, "strike__membership"), "at", "text", "state", "answer", to={"text": "***", "answer": ""}),
        emptied(m.Barred, of_subject(m.Barred, "person"), "at", "scope", "reason", "until", "lifted_at", to={"reason": "***"}),
        stays(m.AppealReply, of_subject(m.AppealReply, "strike__membership"), "at"),
        goes(m.Report, of_subject(m.Report, "reporter"), "at", "case__group__name"),
        stays(m.Strike, of_subject(m.Strike, "membership"), "at", "group__name", "offence", "expires_at", "overruled_at"),
        Holding(m.Exchange, _exchanged, ("at", "group__name", "hostile"), Fate.GOES, lambda subject, at: _exchanged(subject).delete()),
        emptied(m.Quarrel, of_subject(m.Quarrel, "sides__membership"), "began_at", "group__name", "note", "outcome", to={"note": ""}),
        emptied(
            m.QuarrelStep, of_subject(m.QuarrelStep, "quarrel__sides__membership"), "quarrel__began_at", "step", "text", to={"text": ""}
        ),
        goes(m.QuarrelSide, of_subject(m.QuarrelSide), "quarrel__began_at", "quarrel__group__name", "answers"),
        goes(m.RaidJoin, of_subject(m.RaidJoin), "at", "raid__group__name", "outcome"),
        stays(m.RehearsedCase, of_subject(m.RehearsedCase, "membership"), "at", "group__name", "offence", "compared"),
        stays(m.Measure, of_subject(m.Measure, "case__membership"), "at", "act", "state", "until"),
        emptied(m.Decision, of_subject(m.Decision, "case__membership"), "at", "verdict", "acts", "note", to={"note": ""}),
        emptied(m.Case, of_subject(m.Case, "membership"), "opened_at", "group__name", "offence", "state", to={"standing": {}}),
        mentioned(m.Evidence, "case__group", "text"),
        mentioned(m.Decision, "case__group", "note"),
        mentioned(m.Quarrel, "group", "note"),
        mentioned(m.QuarrelStep, "quarrel__group", "text"),
        mentioned(m.Appeal, "strike__group", "text", "answer"),
        mentioned(m.Barred, "person__memberships__group", "reason"),
        Holding(m.Evidence, _explained, ("case__group__name",), Fate.EMPTIED, _blank_explained, deep=True),
    ]


def _exchanged(subject: Subject) -> QuerySet[models.Exchange]:
    """Whom they answered, and who answered them."""
    mine = Q(source__in=subject.memberships) | Q(target__in=subject.memberships)
    return models.Exchange.objects.filter(mine).order_by("pk")


def _explained(subject: Subject) -> QuerySet[models.Evidence]:
    """Words of others that name them, as a rule's explanation quotes them."""
    rows = models.Evidence.objects.annotate(told=Cast("parameters", TextField())).filter(case__group__in=subject.groups)
    return rows.filter(spelt("told", subject.long_words)).order_by("pk")


def _blank_explained(subject: Subject, at: datetime) -> None:
    for row in _explained(subject):
        models.Evidence.objects.filter(pk=row.pk).update(parameters=blanked(row.parameters, subject.words))


def _empty(subject: Subject, at: datetime) -> None:
    rows = models.Evidence.objects.filter(case__membership__in=subject.memberships, emptied_at=None)
    rows.update(text="", spans=[], parameters={}, author="", emptied_at=at)
