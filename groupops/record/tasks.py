"""Celery doors of the record."""

from celery import shared_task
from django.utils.translation import gettext_noop

from groupops.record import heads, policy, queries
from groupops.record import services as record
from groupops.record.models import Heartbeat
from groupops.record.queries.chain import VERIFIED
from groupops.shared import clock


@shared_task
def seal() -> None:
    """Chain new audit entries until none is left; a flood takes several runs."""
    for _round in range(20):
        if not record.seal(at=clock.now()):
            break


@shared_task
def heartbeat() -> None:
    """Beat rang and a worker answered: both live. Looks after what the sealer cannot say about itself."""
    at = clock.now()
    record.beat(name="worker", at=at)
    record.forget_keys(at=at)
    since = queries.unsealed_since()
    if since and at - since > policy.UNSEALED_ALARM:
        text = gettext_noop("The audit trail has not been sealed for over a minute. Look whether the worker runs.")
        record.raise_alarm(key="audit-unsealed", severity="critical", text=text, at=at)
    else:
        record.close_alarm(key="audit-unsealed", at=at)


@shared_task
def verify() -> None:
    """Verify the chain from where the last run stopped; a chain longer than one run can take is walked in turns."""
    at = clock.now()
    last = Heartbeat.objects.filter(name=VERIFIED).first()
    start = last.detail if last and last.detail.get("partial") else {}
    report = queries.verify_chain(after=start.get("links", 0), digest=start.get("digest", policy.GENESIS), limit=policy.VERIFY_AT_ONCE)
    detail = {"links": report.links, "digest": report.digest, "broken_at": report.broken_at, "reason": report.reason}
    record.beat(name=VERIFIED, at=at, partial=not report.complete, **detail)
    if report.broken_at is not None:
        text = gettext_noop("The audit trail was tampered with: link %(number)s does not hold. Run manage.py verify_audit.")
        record.raise_alarm(key="audit-broken", severity="critical", text=text, params={"number": report.broken_at}, at=at)
    elif report.complete:
        record.close_alarm(key="audit-broken", at=at)


@shared_task
def export_head() -> None:
    """Note the chain's head outside the database, once a day."""
    heads.export(at=clock.now())
