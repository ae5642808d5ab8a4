"""What the members' app holds of a human, table by table (settings.PERSONAL_DATA); and what names a human but is left out, and why."""

from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from groupops.shared import secretbox
from groupops.shared.personal import ERASED, Fate, Holding, Subject, emptied, goes, of_subject, stays
from members import models
from members.models import Membership, Person

REQUEST = "（已删除的需求）"
# Tables with a path to a person that hold nothing to tell or to erase.
LEFT_OUT: dict[type[Model], str] = {
    models.PersonExport: "holds an export for a day; erasing deletes it with its own service",
    models.Erasure: "says that an erasure was asked for, by whom, and what became of it",
}


def holdings() -> list[Holding]:
    """In the order in which they are erased: the person last."""
    return [*_words(), *_rooms(), *_standing(), _names()]


def _words() -> list[Holding]:
    """What they and colleagues wrote."""
    m = models
    requests = of_subject(m.MemberRequest)
    return [
        goes(m.Contact, of_subject(m.Contact, "person"), "kind", "sealed", "origin", "at", shown=_opened),
        goes(m.Consent, of_subject(m.Consent, "person"), "purpose", "given", "told", "note", "at"),
        goes(
            m.FieldValue,
            of_subject(m.FieldValue),
            "at",
            "membership__group__name",
            "field__name",
            "value",
            "sealed",
            "current",
            shown=_opened_field,
        ),
        emptied(m.FormAnswer, of_subject(m.FormAnswer), "at", "form__title", "state", "name", "account", to={"name": "", "account": ""}),
        goes(m.Note, of_subject(m.Note), "at", "membership__group__name", "text", "hidden_at"),
        goes(m.MembershipTag, of_subject(m.MembershipTag), "at", "membership__group__name", "tag__name"),
        goes(m.CareTask, of_subject(m.CareTask), "created_at", "group__name", "sort", "note", "due_at", "state"),
        goes(m.TierChange, of_subject(m.TierChange), "at", "group__name", "was", "tier", "score", "why", "note"),
        emptied(
            m.MemberRequest,
            requests,
            "created_at",
            "group__name",
            "title",
            "text",
            "state",
            "answer",
            to={"title": REQUEST, "text": "", "answer": "", "event": None},
        ),
        emptied(m.Leave, of_subject(m.Leave), "since", "until", "membership__group__name", "reason", to={"reason": ""}),
        emptied(m.SweepStep, of_subject(m.SweepStep, "case__membership"), "at", "was", "state", "why", to={"why": ""}),
        emptied(m.SweepCase, of_subject(m.SweepCase), "state_at", "state", "last_spoke_at", "exempt", "why", to={"why": "", "key": ""}),
    ]


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in row.items() if name != "sealed"} | {"value": secretbox.unseal(row["sealed"]).get("value", "")}


def _opened_field(row: dict[str, Any]) -> dict[str, Any]:
    """A personal value lies sealed; how it is sealed is known in members.fields."""
    value = secretbox.unseal(row["sealed"]).get("value", "") if row["sealed"] else row["value"]
    return {name: part for name, part in row.items() if name != "sealed"} | {"value": value}


def _rooms() -> list[Holding]:
    """Invitations, lists that were brought in, who they are to us."""
    m = models
    return [
        Holding(m.Proof, _proofs, ("created_at", "text", "state"), Fate.GOES, _drop_proofs),
        emptied(m.Invitation, _invitations, "created_at", "campaign__name", "name", "reason", "state", to={"name": ERASED, "reason": ""}),
        stays(m.Invitation, of_subject(m.Invitation, "inviter"), "created_at", "campaign__name", "state"),
        emptied(
            m.ImportRow,
            _lines,
            "roster_import__name",
            "number",
            "cells",
            "name",
            "remote_id",
            to={"cells": [], "name": ERASED, "remote_id": "", "was_name": "", "undo": None, "candidates": []},
        ),
        goes(m.Colleague, of_subject(m.Colleague, "person"), "at", "user__username"),
        goes(m.FormerName, of_subject(m.FormerName, "person"), "name", "until"),
    ]


def _invitations(subject: Subject) -> QuerySet[models.Invitation]:
    """Of which they were the guest, or by which they came."""
    theirs = Q(guest__in=subject.memberships) | Q(arrival__membership__in=subject.memberships)
    return models.Invitation.objects.filter(pk__in=models.Invitation.objects.filter(theirs).values("pk")).order_by("pk")


def _proofs(subject: Subject) -> QuerySet[models.Proof]:
    return models.Proof.objects.filter(invitation__in=_invitations(subject).order_by().values("pk")).order_by("pk")


def _drop_proofs(subject: Subject, at: datetime) -> None:
    pictures = list(_proofs(subject).exclude(picture=None).values_list("picture", flat=True))
    _proofs(subject).delete()
    models.Picture.objects.filter(pk__in=pictures, proofs=None, entrances=None).delete()


def _lines(subject: Subject) -> QuerySet[models.ImportRow]:
    """Lines of lists that meant them, and lines of their groups' lists that hold their id."""
    here = Q(roster_import__group__in=subject.groups, remote_id__in=subject.known_ids)
    named = Q(roster_import__group__in=subject.groups, name__in=subject.known_names)
    return models.ImportRow.objects.filter(
        pk__in=models.ImportRow.objects.filter(Q(membership__in=subject.memberships) | here | named).values("pk")
    ).order_by("pk")


def _standing() -> list[Holding]:
    """What is counted and stays, of nobody in particular."""
    m = models
    return [
        stays(m.DailyActivity, of_subject(m.DailyActivity), "day", "membership__group__name", "messages", "replies", "contributions"),
        stays(m.Question, of_subject(m.Question), "asked_at", "group__name", "cue", "state", "answered_at"),
        stays(m.RequestSupport, of_subject(m.RequestSupport), "at", "request__title"),
        stays(m.RequestNews, of_subject(m.RequestNews), "at", "state", "told_at"),
        stays(m.Newcomer, of_subject(m.Newcomer), "joined_at", "first_spoke_at", "introduced_at", "answered_at"),
        stays(m.Greeting, of_subject(m.Greeting), "at"),
        stays(m.Welcome, of_subject(m.Welcome), "joined_at", "state"),
        stays(m.CodeArrival, of_subject(m.CodeArrival), "at", "code__name"),
        stays(m.SegmentReceiver, of_subject(m.SegmentReceiver), "send__title", "told_at"),
        stays(m.Arrival, of_subject(m.Arrival), "at", "invitation__campaign__name"),
        stays(m.RulesAcknowledgement, of_subject(m.RulesAcknowledgement), "at", "rules__version", "how"),
        stays(m.PersonMerge, of_subject(m.PersonMerge, "person"), "at", "undone_at"),
        emptied(
            Membership,
            lambda subject: Membership.objects.filter(pk__in=subject.memberships).order_by("pk"),
            "group__name",
            "joined_at",
            "left_at",
            "left_how",
            "rejoins",
            "last_spoke_at",
            "source__name",
            "tier",
            "tier_lock_reason",
            "invited_by__name",
            to={"tier_locked_until": None, "tier_lock_reason": "", "tier_locked_by": None},
        ),
    ]


def _names() -> Holding:
    return Holding(
        Person,
        lambda subject: Person.objects.filter(pk__in=subject.persons).order_by("pk"),
        ("realm", "remote_id", "name", "named_at", "first_seen_at"),
        Fate.EMPTIED,
        _anonymise,
    )


def _anonymise(subject: Subject, at: datetime) -> None:
    """Each identity keeps its row, under its alias and the name of nobody."""
    for account in subject.accounts:
        if account.remote_id != account.alias:
            Person.objects.filter(realm=account.realm, remote_id=account.remote_id).update(
                remote_id=account.alias, name=ERASED, named_at=at
            )
