"""Where a human is named in what others wrote, in lists, on waiting lists and in files that wait (settings.PERSONAL_DATA)."""

import zlib
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from groupops.record.personal import spelt
from groupops.shared import secretbox
from groupops.shared.naming import blanked, mentioned, named, unnamed
from groupops.shared.personal import ERASED, Fate, Holding, Subject
from members import entering, models
from members.entering import WaitingState
from members.rostering import ImportSort, ImportState
from members.surveying import AnswerState

IN_LINE = (WaitingState.WAITING, WaitingState.CALLED)


def holdings() -> list[Holding]:
    """Before members.personal: contacts still say who waits on a list."""
    m = models
    return [
        mentioned(m.Note, "membership__group", "text"),
        mentioned(m.CareTask, "group", "note"),
        mentioned(m.TierChange, "group", "note", anew=True),
        mentioned(m.Consent, "person__memberships__group", "note", anew=True),
        mentioned(m.MemberRequest, "group", "title", "text", "answer"),
        mentioned(m.Leave, "membership__group", "reason"),
        mentioned(m.Membership, "group", "tier_lock_reason"),
        mentioned(m.Reply, "group", "text"),
        mentioned(m.SweepCase, "run__group", "why"),
        mentioned(m.SweepStep, "case__run__group", "why"),
        mentioned(m.Invitation, "campaign__targets__group", "reason"),
        mentioned(m.Proof, "invitation__campaign__targets__group", "text"),
        mentioned(m.FieldValue, "membership__group", "value", "shown"),
        mentioned(m.SegmentSend, "receivers__membership__group", "text", "title"),
        mentioned(m.RosterImport, "group", "name"),
        mentioned(m.AnswerImport, "group", "name"),
        Holding(m.Segment, _searches, ("name",), Fate.EMPTIED, _blank_searches, deep=True),
        Holding(m.SegmentSend, _asked, ("title",), Fate.EMPTIED, _blank_asked, deep=True),
        Holding(m.ImportRow, _lines, ("roster_import__group__name",), Fate.EMPTIED, _blank_lines, deep=True),
        Holding(m.Waiting, _waiting, ("code__name", "name", "created_at", "state"), Fate.EMPTIED, _leave_lines),
        Holding(m.FormAnswer, _unmatched, ("form__title", "name", "account", "at"), Fate.EMPTIED, _drop_answers),
        Holding(m.AnswerImport, _tables, ("name", "at"), Fate.EMPTIED, _take_out, deep=True),
        Holding(m.RosterImport, _chats, ("name", "at"), Fate.GOES, _put_away, deep=True),
    ]


def being_taken_over(subject: Subject) -> bool:
    """Whether a chat of their groups is being taken over: it is waited for, or it would bring them back."""
    return models.RosterImport.objects.filter(group__in=subject.groups, state=ImportState.APPLYING).exists()


def _searches(subject: Subject) -> QuerySet[models.Segment]:
    """Saved views that search for them, or are called after them."""
    rows = models.Segment.objects.annotate(asks=Cast("query", TextField()))
    return rows.filter(spelt("asks", subject.long_words) | named(["name"], subject.words)).order_by("pk")


def _blank_searches(subject: Subject, at: datetime) -> None:
    for row in _searches(subject):
        name = unnamed(row.name, subject.words)
        taken = models.Segment.objects.filter(owner=row.owner_id, name__iexact=name).exclude(pk=row.pk).exists()
        changed = {"name": f"{name[:20]} {row.pk}" if taken else name, "query": blanked(row.query, subject.words)}
        models.Segment.objects.filter(pk=row.pk).update(**changed)


def _asked(subject: Subject) -> QuerySet[models.SegmentSend]:
    """Messages to views that searched for them."""
    rows = models.SegmentSend.objects.annotate(asks=Cast("query", TextField()))
    return rows.filter(spelt("asks", subject.long_words)).order_by("pk")


def _blank_asked(subject: Subject, at: datetime) -> None:
    for row in _asked(subject):
        models.SegmentSend.objects.filter(pk=row.pk).update(query=blanked(row.query, subject.words))


def _lines(subject: Subject) -> QuerySet[models.ImportRow]:
    """Lines about others that name them, as who invited somebody for instance."""
    rows = models.ImportRow.objects.annotate(a=Cast("cells", TextField()), b=Cast("undo", TextField()))
    found = rows.filter(spelt("a", subject.long_words) | spelt("b", subject.long_words), roster_import__group__in=subject.groups)
    return found.order_by("pk")


def _blank_lines(subject: Subject, at: datetime) -> None:
    for row in _lines(subject).iterator():
        values = {"cells": blanked(row.cells, subject.words), "undo": blanked(row.undo, subject.words)}
        models.ImportRow.objects.filter(pk=row.pk).update(**values)


def _by_contact(subject: Subject) -> Q:
    """Places that were taken with one of their contacts or ids: certainly theirs."""
    sealed = models.Contact.objects.filter(person__in=subject.persons).order_by("pk").values_list("sealed", flat=True)
    known = [str(secretbox.unseal(one).get("value", "")) for one in sealed]
    return Q(contact_digest__in=[entering.digest_of(one) for one in (*known, *subject.known_ids) if one])


def _waiting(subject: Subject) -> QuerySet[models.Waiting]:
    """Their places on waiting lists; also those under their name at codes of their groups, which may be somebody else's."""
    here = models.JoinTarget.objects.filter(code=OuterRef("code"), group__in=subject.groups)
    named = Q(name__in=subject.known_names) & Exists(here)
    return models.Waiting.objects.filter(_by_contact(subject) | named).order_by("pk")


def _leave_lines(subject: Subject, at: datetime) -> None:
    """A place that is theirs is given up. Of one under their name only the name goes: its contact is forgotten in time anyway."""
    certain = models.Waiting.objects.filter(_by_contact(subject))
    certain.filter(state__in=IN_LINE).update(state=WaitingState.DROPPED, settled_at=at)
    _waiting(subject).update(name=ERASED)
    certain.update(contact="", contact_shown="", contact_digest="", name=ERASED)


def _unmatched(subject: Subject) -> QuerySet[models.FormAnswer]:
    """Answers under their name or account that nobody gave to a member."""
    who = Q(account__in=subject.known_ids) | Q(name__in=subject.known_names)
    return models.FormAnswer.objects.filter(who, group__in=subject.groups, membership=None).order_by("pk")


def _drop_answers(subject: Subject, at: datetime) -> None:
    rows = _unmatched(subject)
    rows.filter(state=AnswerState.UNMATCHED).update(state=AnswerState.DROPPED, settled_at=at, name="", account="", sealed="")
    rows.update(name="", account="", sealed="")


def _tables(subject: Subject) -> QuerySet[models.AnswerImport]:
    """Tables of form tools that wait to be taken over and name them: sealed, so looked into one by one."""
    rows = models.AnswerImport.objects.filter(group__in=subject.groups).exclude(sealed="")
    return models.AnswerImport.objects.filter(pk__in=[row.pk for row in rows if len(_kept(row, subject)) < len(_lines_of(row))]).order_by(
        "pk"
    )


def _lines_of(row: models.AnswerImport) -> list[Any]:
    found: list[Any] = secretbox.unseal(row.sealed).get("lines", [])
    return found


def _kept(row: models.AnswerImport, subject: Subject) -> list[Any]:
    """The lines in which no cell names them."""
    return [(number, cells) for number, cells in _lines_of(row) if blanked(cells, subject.words) == cells]


def _take_out(subject: Subject, at: datetime) -> None:
    for row in _tables(subject):
        kept = _kept(row, subject)
        changed = {"sealed": secretbox.seal({"lines": kept}), "counts": {**row.counts, "lines": len(kept)}}
        models.AnswerImport.objects.filter(pk=row.pk).update(**changed)


def _chats(subject: Subject) -> QuerySet[models.RosterImport]:
    """Chat exports of their groups that wait to be taken over and name them."""
    rows = models.RosterImport.objects.filter(group__in=subject.groups, sort=ImportSort.CHAT, content__isnull=False)
    waiting = rows.exclude(state=ImportState.APPLYING).order_by("pk")
    pks = [row.pk for row in waiting.iterator(chunk_size=1) if _holds(zlib.decompress(bytes(row.content or b"")), subject)]
    return models.RosterImport.objects.filter(pk__in=pks).order_by("pk")


def _put_away(subject: Subject, at: datetime) -> None:
    """Brought in again, they come in as nobody."""
    _chats(subject).update(state=ImportState.DROPPED, content=None, settled_at=at)


def _holds(content: bytes, subject: Subject) -> bool:
    """Whether a file names them, in any of the spellings that the readers know."""
    words = subject.long_words
    escaped = [word.encode("unicode_escape") for word in words]
    spellings = {*escaped, *(word.encode(code, "ignore") for word in words for code in ("utf-8", "gb18030", "utf-16-le"))}
    return any(one in content for one in spellings if len(one) > 1)
