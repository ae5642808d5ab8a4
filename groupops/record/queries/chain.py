"""Does the hash chain hold? Recomputed from the entries, however the tables were tampered with."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import OperationalError

from groupops.record import policy
from groupops.record.models import ENTRY_FIELDS, HEAD, AuditDetail, AuditEntry, AuditSeal, AuditUnsealed, Heartbeat

BATCH = 1000
VERIFIED = "audit-verify"  # the heartbeat that remembers the last verification
# Values that a flipped byte made unreadable: bad JSON, a date that is none (None inside Django), text that is not UTF-8 (SQLite).
UNREADABLE = (ValueError, TypeError, AttributeError, OperationalError)


@dataclass(frozen=True)
class ChainReport:
    """Whether the chain verifies up to link `links`, whose digest is `digest`; the first link that does not, and why (English)."""

    links: int
    digest: str
    broken_at: int | None = None
    reason: str = ""
    complete: bool = True  # False: stopped at the limit, goes on from here next time


@dataclass(frozen=True)
class ChainState:
    """What the page says of the chain: the last verification, and what waits for its seal."""

    verified_at: datetime | None
    links: int
    broken_at: int | None
    reason: str
    unsealed_since: datetime | None


@dataclass
class _Walk:
    """Where the verifier stands, and which details it knows to be erased."""

    links: int
    digest: str
    erased: set[int] | None = field(default=None)


def verify_chain(*, after: int = 0, digest: str = policy.GENESIS, limit: int | None = None) -> ChainReport:
    """Recompute every link after link `after` (whose digest is `digest`), and every detail that still exists from its digest.

    Finds a changed, moved or missing entry, detail or seal, and a chain cut short behind what the sealer remembers.
    """
    walk = _Walk(after, digest)
    while limit is None or walk.links - after < limit:
        seals = _read(walk.links, BATCH)
        if seals is None:  # something in this batch cannot be read: find the very link
            seals = _read(walk.links, 1)
        if seals is None:
            return ChainReport(walk.links, walk.digest, walk.links + 1, "it cannot be read")
        if not seals:
            return _at_the_end(walk)
        for seal in seals:
            if reason := _doubt(seal, walk):
                return ChainReport(walk.links, walk.digest, walk.links + 1, reason)
            walk.links, walk.digest = seal.number, seal.digest
    return ChainReport(walk.links, walk.digest, complete=False)


def _read(after: int, count: int) -> list[AuditSeal] | None:
    found = (
        AuditSeal.objects.filter(number__gt=after, number__lte=after + count).order_by("number").select_related("entry", "entry__detail")
    )
    try:
        return list(found)
    except UNREADABLE as failure:
        if isinstance(failure, OperationalError) and "decode" not in str(failure):
            raise  # the database is away; that says nothing about the chain
        return None


def _doubt(seal: AuditSeal, walk: _Walk) -> str:
    """Why this cannot be the next link, or nothing."""
    if seal.number != walk.links + 1:
        return "it is missing"
    entry = {name: getattr(seal.entry, name) for name in ENTRY_FIELDS}
    try:
        expected = policy.link(walk.digest, number=seal.number, sealed_at=seal.sealed_at, entry=entry)
    except UNREADABLE:
        return "it cannot be read"
    if expected != seal.digest:
        return "the entry or the seal was changed"
    return _detail_doubt(seal.entry, walk)


def _detail_doubt(entry: AuditEntry, walk: _Walk) -> str:
    detail: AuditDetail | None = getattr(entry, "detail", None)
    if detail is not None:
        fits = policy.detail_digest(detail.before, detail.after, detail.label) == entry.detail_digest
        return "" if fits else "what it changed was tampered with"
    if not entry.detail_digest:
        return ""
    if walk.erased is None:
        walk.erased = _erased()
    return "" if entry.pk in walk.erased else "what it changed was deleted"


def _erased() -> set[int]:
    """The entries whose details were erased properly: a line of the trail says so, and that line is in the chain itself."""
    said: list[Any] = list(AuditDetail.objects.filter(entry__verb=policy.ERASE).values_list("after", flat=True))
    return {pk for after in said if isinstance(after, dict) for pk in after.get("entries", [])}


def _at_the_end(walk: _Walk) -> ChainReport:
    broken = walk.links + 1
    if AuditSeal.objects.filter(number__gt=walk.links).exists():  # numbers go on behind a gap, or their entries are gone
        return ChainReport(walk.links, walk.digest, broken, "it is missing")
    head: dict[str, Any] = Heartbeat.objects.filter(name=HEAD).values_list("detail", flat=True).first() or {}
    if walk.links < head.get("number", 0):
        return ChainReport(walk.links, walk.digest, broken, "the end of the chain is missing")
    if walk.links == head.get("number") and walk.digest != head["digest"]:
        return ChainReport(walk.links, walk.digest, walk.links, "the chain was written anew")
    return ChainReport(walk.links, walk.digest)


def unsealed_since() -> datetime | None:
    """When the oldest entry without a seal was written; None when all are sealed."""
    return AuditUnsealed.objects.order_by("pk").values_list("entry__at", flat=True).first()


def chain_state() -> ChainState:
    """The last verification as the task remembered it. Recomputes nothing."""
    beat = Heartbeat.objects.filter(name=VERIFIED).first()
    detail: dict[str, Any] = beat.detail if beat else {}
    return ChainState(
        verified_at=beat.at if beat else None,
        links=detail.get("links", 0),
        broken_at=detail.get("broken_at"),
        reason=detail.get("reason", ""),
        unsealed_since=unsealed_since(),
    )
