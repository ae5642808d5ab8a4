"""Tell staff of alarms outside the chat: by e-mail and by a webhook, once each, tried again while nobody answers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from content.services.watching import KEY as SLOTS
from groupops.accounts.models import User
from groupops.accounts.policy import Right, Role
from groupops.groups import queries as groups
from groupops.messaging.adapter import AdapterError
from groupops.messaging.watching import FAILED, MISSED
from groupops.messaging.wire import Wire
from groupops.operations.models import Notice
from groupops.operations.policy import NoticeRule
from groupops.record.models import Alarm
from groupops.shared.errors import Forbidden

log = logging.getLogger(__name__)
ROLES = {"founders": Role.FOUNDER, "operators": Role.OPERATOR, "admins": Role.ADMIN}  # field of the rule -> who
FAMILIES = {"failed": (FAILED,), "missed": (MISSED, SLOTS)}  # field of the rule -> keys of warnings that go out all the same
QUIET = timedelta(hours=1)  # a warning that comes and goes is told once in so long
TRIES = 8  # with waits doubled from FIRST, about four hours
FIRST = timedelta(minutes=1)
MOST = 50  # notices of one run
TEST = gettext_noop("This is a test: notices of GroupOps arrive here.")


def notify(*, now: Callable[[], datetime]) -> int:
    """Write the notices that open critical alarms want, and tell those that are due; returns how many were told."""
    _write(now())
    due = Notice.objects.filter(told_at=None, not_before__lte=now(), tries__lt=TRIES).select_related("alarm").order_by("not_before")
    return sum(_told(notice, now()) for notice in due[:MOST])


def _write(at: datetime) -> None:
    """Only for alarms that have none yet: whoever is hired later is not told of what is old."""
    rule: NoticeRule = groups.policy("operations.notices")
    fresh = list(_worth_telling(rule, at)[:MOST])
    if not fresh:
        return
    wanted = [(Notice.Way.EMAIL, user.email, user.language) for user in _people(rule)]
    if settings.NOTICE_WEBHOOK_URL and rule.webhook:
        wanted.append((Notice.Way.WEBHOOK, "", ""))
    rows = [
        Notice(alarm=alarm, way=way, recipient=recipient, language=language, not_before=at)
        for alarm in fresh
        for way, recipient, language in wanted
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def _worth_telling(rule: NoticeRule, at: datetime) -> QuerySet[Alarm]:
    """Open ones that nobody was told of: the critical, and of the warnings what the rule names."""
    keys = [key for name, family in FAMILIES.items() if getattr(rule, name) for key in family]
    warning = Q(severity=Alarm.Severity.WARNING) if rule.warnings else Q(severity=Alarm.Severity.WARNING, key__in=keys)
    lately = Notice.objects.filter(alarm__key=OuterRef("key"), not_before__gt=at - QUIET)
    wanted = Q(severity=Alarm.Severity.CRITICAL) | warning & ~Exists(lately)
    return Alarm.objects.filter(wanted, closed_at=None, notices=None).order_by("opened_at", "pk")


def _people(rule: NoticeRule) -> QuerySet[User]:
    if not settings.EMAIL_WANTED:
        return User.objects.none()
    roles = [role for name, role in ROLES.items() if getattr(rule, name)]
    return User.objects.filter(is_active=True, role__in=roles).exclude(email="").order_by("pk")


@dataclass(frozen=True)
class Tried:
    """A way that was tried with a test notice: which, to whom, and why it did not work."""

    way: str
    recipient: str
    problem: str = ""


def try_notices(*, by: User, at: datetime) -> list[Tried]:
    """Send a test notice by every way that is set up, to the person who asks and to the webhook. A person waits. Raises Forbidden."""
    if not by.has_right(Right.MANAGE_CONNECTIONS):
        raise Forbidden(_("Only an operator or a founder sends a test notice."))
    alarm = Alarm(key="test", severity=Alarm.Severity.NOTICE, msgid=TEST, url=reverse("system"), opened_at=at)
    ways = [Notice(alarm=alarm, way=Notice.Way.EMAIL, recipient=by.email)] if settings.EMAIL_WANTED and by.email else []
    if settings.NOTICE_WEBHOOK_URL:
        ways.append(Notice(alarm=alarm, way=Notice.Way.WEBHOOK))
    return [Tried(notice.get_way_display(), notice.recipient, _problem(notice)) for notice in ways]


def _problem(notice: Notice) -> str:
    try:
        WAYS[Notice.Way(notice.way)](notice)
    except (AdapterError, SMTPException, OSError) as problem:
        log.warning("a test notice could not be told: %s", type(problem).__name__)
        return type(problem).__name__  # not its text: it may hold the secret address
    return ""


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
