"""群规: publish a version, bring an old one back."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import queries
from groupops.groups.models import Group, RuleSet
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid

LONGEST = 10_000  # characters


class NewerRules(Conflict):
    """Somebody published a version after the person opened the editor."""


def publish_rules(*, group: Group | None, text: str, why: str, seen: int, by: User | None, at: datetime) -> RuleSet:
    """A new version of a group's rules (None: of the base template) after version `seen` (0: none yet). Raises NewerRules, Invalid."""
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        raise Invalid(_("Rules have from 1 to %(longest)s characters.") % {"longest": LONGEST}, field="text")
    newest = queries.versions(group).first()
    if newest and newest.version != seen:
        raise NewerRules(_newer(newest))
    if newest and newest.text == text:
        raise Invalid(_("Nothing differs from version %(version)s.") % {"version": newest.version}, field="text")
    with transaction.atomic():
        try:
            with transaction.atomic():
                rules = RuleSet.objects.create(group=group, version=seen + 1, text=text, why=why.strip()[:200], at=at, by=by)
        except IntegrityError:  # between our look and our write
            raise NewerRules(_newer(queries.versions(group)[0])) from None
        _audit(rules, group, by=by, at=at)
    return rules


def restore_rules(*, rules: RuleSet, seen: int, by: User | None, at: datetime) -> RuleSet:
    """Publish an old version's text again, as the newest version. Raises NewerRules, Invalid."""
    why = _("Version %(version)s again") % {"version": rules.version}
    return publish_rules(group=rules.group, text=rules.text, why=why, seen=seen, by=by, at=at)


def _newer(newest: RuleSet) -> str:
    args = {"who": newest.by or _("Somebody"), "version": newest.version}
    return _("%(who)s published version %(version)s in the meantime. Reload the page, compare, and enter your change again.") % args


def _audit(rules: RuleSet, group: Group | None, *, by: User | None, at: datetime) -> None:
    after = {"version": rules.version, "why": rules.why}
    if group:
        record.audit(by=by, verb="rules.publish", target=group, at=at, after=after, group_id=group.pk)
    else:
        record.audit(by=by, verb="rules.base", target=rules, at=at, after=after)
