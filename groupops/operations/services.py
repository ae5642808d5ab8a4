"""Tell staff of critical alarms outside the chat: by e-mail and by a webhook, once each, tried again while nobody answers."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.messaging.adapter import AdapterError
from groupops.messaging.wire import Wire
from groupops.operations.models import Notice
from groupops.record.models import Alarm

log = logging.getLogger(__name__)
TOLD = (Role.FOUNDER, Role.OPERATOR)  # who manages channels
TRIES = 8  # with waits doubled from FIRST, about four hours
FIRST = timedelta(minutes=1)
MOST = 50  # notices of one run


def notify(*, now: Callable[[], datetime]) -> int:
    """Write the notices that open critical alarms want, and tell those that are due; returns how many were told."""
    _write(now())
    due = Notice.objects.filter(told_at=None, not_before__lte=now(), tries__lt=TRIES).select_related("alarm").order_by("not_before")
    return sum(_told(notice, now()) for notice in due[:MOST])


def _write(at: datetime) -> None:
    """Only for alarms that have none yet: whoever is hired later is not told of what is old."""
    fresh = list(Alarm.objects.filter(closed_at=None, severity=Alarm.Severity.CRITICAL, notices=None)[:MOST])
    if not fresh:
        return
    people = User.objects.filter(is_active=True, role__in=TOLD).exclude(email="") if settings.EMAIL_WANTED else User.objects.none()
    wanted = [(Notice.Way.EMAIL, user.email, user.language) for user in people]
    if settings.NOTICE_WEBHOOK_URL:
        wanted.append((Notice.Way.WEBHOOK, "", ""))
    rows = [
        Notice(alarm=alarm, way=way, recipient=recipient, language=language, not_before=at)
        for alarm in fresh
        for way, recipient, language in wanted
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def _told(notice: Notice, at: datetime) -> bool:
    """One try; the row moves on before it, so that two workers do not tell the same."""
    later = at + FIRST * 2**notice.tries
    mine = Notice.objects.filter(pk=notice.pk, tries=notice.tries, told_at=None)
    if not mine.update(tries=F("tries") + 1, not_before=later):
        return False
    try:
        with translation.override(notice.language or settings.LANGUAGE_CODE):
            WAYS[Notice.Way(notice.way)](notice)
    except (AdapterError, SMTPException, OSError) as problem:
        log.warning("notice %s could not be told: %s", notice.pk, type(problem).__name__)
        return False
    return bool(Notice.objects.filter(pk=notice.pk).update(told_at=at))


def _email(notice: Notice) -> None:
    text = notice.alarm.text
    body = _("%(text)s\n\nSince %(since)s\n%(url)s") % {"text": text, "since": _since(notice.alarm), "url": _url(notice.alarm)}
    send_mail(f"[GroupOps] {text}", body, settings.DEFAULT_FROM_EMAIL, [notice.recipient])


def _webhook(notice: Notice) -> None:
    """Understood by Slack, Mattermost and the like by `text`; the other fields are for programs."""
    alarm = notice.alarm
    body = {"text": f"{alarm.text} {_url(alarm)}", "alarm": alarm.key, "severity": alarm.severity, "since": alarm.opened_at.isoformat()}
    Wire(settings.NOTICE_WEBHOOK_URL, {}, trusted=True).call("POST", "", body=body)


WAYS: dict[Notice.Way, Callable[[Notice], None]] = {Notice.Way.EMAIL: _email, Notice.Way.WEBHOOK: _webhook}


def _since(alarm: Alarm) -> str:
    return alarm.opened_at.isoformat(timespec="minutes")


def _url(alarm: Alarm) -> str:
    return settings.PUBLIC_URL + alarm.url
