"""Writing the audit trail and chaining it."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, models, transaction

from groupops.record import policy
from groupops.record.models import ENTRY_FIELDS, HEAD, AuditDetail, AuditEntry, AuditSeal, AuditUnsealed, Heartbeat
from groupops.record.policy import plain

log = logging.getLogger(__name__)


def audit(
    *,
    by: AbstractUser | None,  # accounts lies above
    verb: str,
    target: models.Model,
    at: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    group_id: int | None = None,
    source: str = "",
) -> AuditEntry:
    """Add a line to the audit trail, inside the caller's transaction: the act and its line stand or fall together.

    `by` None is the machine. `before` and `after` hold what differs, never a secret. `group_id` puts the line into that group's
    own trail. The name of an object that names a human lies in the detail (settings.PERSONAL_LABELS). `source` is where the act
    came from; the web and the API fill it in by themselves.
    """
    before, after, label = plain(before), plain(after), plain(str(target))[:200]
    is_personal = target._meta.label_lower in settings.PERSONAL_LABELS
    beside = label if is_personal else ""
    has_detail = before is not None or after is not None or bool(beside)
    with transaction.atomic():
        entry = AuditEntry.objects.create(
            at=at,
            by_id=by.pk if by else None,
            verb=verb,
            target_type=target._meta.label_lower,
            target_id=str(target.pk),
            target_label="" if is_personal else label,
            group_id=group_id,
            source=(source or getattr(by, "request_source", ""))[:80],
            detail_digest=policy.detail_digest(before, after, beside) if has_detail else "",
        )
        if has_detail:
            AuditDetail.objects.create(entry=entry, before=before, after=after, label=beside)
        AuditUnsealed.objects.create(entry=entry)
    return entry


def changes(before: models.Model, after: models.Model, fields: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as (before, after)."""
    old, new = ({name: getattr(row, name) for name in fields} for row in (before, after))
    return differing(old, new)


def differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs of two sets of the same names, as (before, after)."""
    names = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def erase_details(*, entries: list[int], by: AbstractUser | None, at: datetime, why: str) -> int:
    """Delete what these entries changed, for a person's right to be forgotten; who did what to what and when stays.

    One line names the erased entries, so that the verifier can tell erased from tampered with. Returns how many were erased.
    """
    found = sorted(AuditDetail.objects.filter(entry__in=entries).values_list("pk", flat=True))
    if not found:
        return 0
    with transaction.atomic():
        AuditDetail.objects.filter(pk__in=found).delete()
        first = AuditEntry.objects.get(pk=found[0])
        audit(by=by, verb=policy.ERASE, target=first, at=at, after={"entries": found, "why": why})
    return len(found)


def seal(*, at: datetime, limit: int = 1000) -> int:
    """Chain up to `limit` unsealed entries, oldest first; returns how many. Of two sealers at once one wins, the other does nothing.

    Writers never wait for the chain: they leave a row in the letterbox, and this one writer takes it out.
    """
    try:
        with transaction.atomic():
            number, digest = AuditSeal.objects.order_by("-number").values_list("number", "digest").first() or (0, policy.GENESIS)
            ids = list(AuditUnsealed.objects.order_by("pk").values_list("pk", flat=True)[:limit])
            seals = []
            for entry in AuditEntry.objects.filter(pk__in=ids).order_by("pk").values(*ENTRY_FIELDS):
                number += 1
                digest = policy.link(digest, number=number, sealed_at=at, entry=entry)
                seals.append(AuditSeal(number=number, entry_id=entry["id"], digest=digest, sealed_at=at))
            if not seals:
                return 0
            AuditSeal.objects.bulk_create(seals)
            AuditUnsealed.objects.filter(pk__in=ids).delete()
            Heartbeat.objects.update_or_create(name=HEAD, defaults={"at": at, "detail": {"number": number, "digest": digest}})
    except IntegrityError:  # another sealer took these numbers first
        return 0
    log.info("audit trail sealed up to link %s, %s", number, digest)  # a copy of the head that no database tampering reaches
    return len(seals)
