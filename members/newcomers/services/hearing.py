"""What the chat says of newcomers, written: first messages, introductions, answers, and that somebody has read the rules."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import queries as groups
from groupops.record import services as record
from groupops.shared import bulk
from groupops.shared.errors import Invalid
from members.arriving import Acknowledged
from members.models import Membership, Newcomer, RulesAcknowledgement
from members.newcomers.hearing import Fresh

KEPT = ("first_spoke_at", "first_event", "answer_due_at", "introduced_at", "answered_at", "answered_how", "answered_member")
ACKNOWLEDGED = ("membership", "rules", "at", "how")


class NoRules(Invalid):
    """The group has no rules that somebody could have read."""


def keep_heard(*, fresh: Collection[Fresh]) -> None:
    """Write what a batch heard of newcomers. Call inside its transaction."""
    rows = [
        (one.pk, one.first_spoke_at, one.first_event_id, one.answer_due_at, one.introduced_at, one.answered_at, one.answered_how,
         one.answered_member_id)
        for one in fresh
        if one.is_changed
    ]  # fmt: skip
    bulk.update(Newcomer, KEPT, rows)


def keep_acknowledged(*, said: Sequence[tuple[int, int, datetime]]) -> int:
    """Members who said in the chat that they have read the rules: (membership, rules, at). Returns how many are new."""
    rows = [(membership, rules, at, Acknowledged.CHAT.value) for membership, rules, at in said]
    return bulk.insert(RulesAcknowledgement, ["membership", "rules"], ACKNOWLEDGED, rows)


def acknowledge(*, membership: Membership, how: Acknowledged, by: User | None, at: datetime) -> RulesAcknowledgement:
    """A member has read the rules in force: on their page, or as a colleague notes. Said again it stays as it was. Raises NoRules."""
    rules = groups.current_rules(membership.group)
    if rules is None:
        raise NoRules(_("The group has no rules yet."))
    with transaction.atomic():
        values = {"at": at, "how": how, "by": by}
        row, made = RulesAcknowledgement.objects.get_or_create(membership=membership, rules=rules, defaults=values)
        if made and by is not None:
            after = {"name": membership.person.name, "version": rules.version}
            record.audit(by=by, verb="newcomer.acknowledge", target=membership, at=at, group_id=membership.group_id, after=after)
    return row


def unacknowledge(*, membership: Membership, by: User, at: datetime) -> int:
    """Take back what a colleague noted; what the member said themselves stays. Returns how many."""
    with transaction.atomic():
        rows = RulesAcknowledgement.objects.filter(membership=membership, how=Acknowledged.HAND)
        count, _per_model = rows.delete()
        if count:
            before = {"name": membership.person.name}
            record.audit(by=by, verb="newcomer.acknowledge_undo", target=membership, at=at, group_id=membership.group_id, before=before)
    return count
