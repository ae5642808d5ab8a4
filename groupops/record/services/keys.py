"""Taking idempotency keys and keeping first answers."""

import hashlib
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from groupops.record import policy
from groupops.record.models import IdempotencyKey
from groupops.shared import secretbox
from groupops.shared.errors import Conflict, Invalid


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    code = "still_running"


class WasInterrupted(Conflict):
    """The first request with this key broke off in the middle; nobody knows whether it took effect."""

    code = "interrupted"


class KeyReused(Invalid):
    """The same idempotency key came with another body."""

    code = "key_reused"


def claim_key(*, scope: str, key: str, body: bytes, at: datetime) -> dict[str, Any] | None:
    """Take an idempotency key: None means it is ours and the work may start; a dict is the first answer, to be given again.

    Raises StillRunning while the first request works, WasInterrupted when it died at work, KeyReused when the body differs.
    """
    fingerprint = hashlib.sha256(body).hexdigest()
    row, created = IdempotencyKey.objects.get_or_create(scope=scope, key=key, defaults={"fingerprint": fingerprint, "created_at": at})
    if created:
        return None
    if row.fingerprint != fingerprint:
        raise KeyReused(_("This form was already sent with other contents. Reload the page and try again."))
    if not row.answer and at - row.created_at < policy.RUNNING:
        raise StillRunning(_("The same request is still being worked on. Look again in a moment."))
    if not row.answer:
        raise WasInterrupted(_("The first try was interrupted. Look whether it took effect; if not, reload the page and send it again."))
    return secretbox.unseal(row.answer)


def keep_answer(*, scope: str, key: str, answer: dict[str, Any]) -> None:
    """Keep the first answer of a taken key."""
    IdempotencyKey.objects.filter(scope=scope, key=key).update(answer=secretbox.seal(answer))


def free_key(*, scope: str, key: str) -> None:
    """Give a key back: the request was refused or broke, so its repeat is a new try."""
    IdempotencyKey.objects.filter(scope=scope, key=key, answer="").delete()


def forget_keys(*, at: datetime) -> int:
    """Delete idempotency keys nobody will repeat any more."""
    return IdempotencyKey.objects.filter(created_at__lt=at - policy.KEPT_KEYS).delete()[0]
