"""What invitations ask of people: proofs to look at, invitations that nobody answered."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared.today import LIMIT, TodayItem
from members.invitations import queries
from members.inviting import UNANSWERED
from members.models import Invitation, Proof

LONG = timedelta(hours=24)  # a guest who waits so long for a look has gone elsewhere


TO_REVIEW = Standing(lambda user, _at: queries.to_review(user)[:LIMIT])
NOT_ANSWERED = Standing(lambda user, at: queries.unanswered(user, at)[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """Two queries, however many campaigns."""
    return [_proof(row, at) for row in TO_REVIEW(user, at)] + [_unanswered(row, at) for row in NOT_ANSWERED(user, at)]


def _proof(row: Proof, at: datetime) -> TodayItem:
    whose = {"name": row.invitation.name, "campaign": row.invitation.campaign.name}
    return TodayItem(
        key=f"proof:{row.pk}",
        at=row.created_at,
        kind="proof",
        text=_("%(name)s shows what “%(campaign)s” asks: look at it") % whose,
        url=reverse("members:proofs"),
        urgent=at - row.created_at >= LONG,
    )


def _unanswered(row: Invitation, at: datetime) -> TodayItem:
    sent = row.sent_at or at
    days = (at - sent).days
    return TodayItem(
        key=f"invitation:{row.pk}",
        at=sent + UNANSWERED,
        kind="invitation",
        text=_("%(name)s has not answered your invitation for %(n)d days: ask again") % {"name": row.name, "n": days},
        url=f"{reverse('members:campaign', args=[row.campaign_id])}?state=sent",
    )
