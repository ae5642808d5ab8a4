"""Reads of the invitations: campaigns, their invitations, proofs, who came by what."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared import links
from members.inviting import SEATED, UNANSWERED, CampaignState, InvitationState, ProofState
from members.models import Campaign, CampaignGroup, Invitation, Membership, Person, Proof
from members.sources import queries as sources

INVITATION, APPLY = "invitation", "campaign"  # purposes of signed links
CAME_WITHIN = timedelta(days=30)  # a member who came later came by something else
COUNTED = ("made", "sent", "opened", "placed", "joined")
FEW = 20  # candidates shown for one invitation


def campaigns_for(user: User) -> QuerySet[Campaign]:
    """The campaigns of which the user may see every group."""
    targets = CampaignGroup.objects.select_related("group__kind").order_by("position")
    return Campaign.objects.exclude(pk__in=_foreign(user)).select_related("source").prefetch_related(Prefetch("targets", targets))


def _foreign(user: User) -> QuerySet[CampaignGroup, int]:
    return CampaignGroup.objects.exclude(group__in=access.visible_to(user)).values_list("campaign", flat=True)


def cared_for(user: User) -> QuerySet[Campaign]:
    """The campaigns on all of whose groups the user may care for members."""
    others = CampaignGroup.objects.exclude(group__in=access.groups_with(user, GroupRight.CARE))
    return Campaign.objects.exclude(pk__in=others.values("campaign"))


def may(user: User, right: GroupRight, campaign: Campaign) -> bool:
    """Whether `user` has `right` on every group of the campaign."""
    found = [target.group for target in campaign.targets.all()]
    return all(right in given for given in access.rights_on(user, found).values())


def invitations_for(user: User) -> QuerySet[Invitation]:
    """The invitations of the campaigns a user may see."""
    rows = Invitation.objects.exclude(campaign__in=_foreign(user))
    return rows.select_related("campaign", "guest__person", "inviter", "arrival__membership__person", "sent_by")


def proofs_for(user: User) -> QuerySet[Proof]:
    """The proofs of the campaigns a user may see."""
    return Proof.objects.exclude(invitation__campaign__in=_foreign(user)).select_related("invitation__campaign", "picture", "settled_by")


def by_link(link: str) -> Invitation | None:
    """The invitation of a personal link; None of one that is damaged or was replaced."""
    found = links.read(INVITATION, link)
    row = Invitation.objects.select_related("campaign").filter(pk=found[0][0]).first() if found else None
    return row if row is not None and found is not None and links.holds(found[1], row.key) else None


def campaign_by_link(link: str) -> Campaign | None:
    """The campaign of a link to apply."""
    found = links.read(APPLY, link)
    row = Campaign.objects.filter(pk=found[0][0]).first() if found else None
    return row if row is not None and found is not None and links.holds(found[1], row.key) else None


def groups_of(campaign: Campaign) -> list[Any]:
    """The groups of a campaign, in its order, their kinds at hand."""
    return [target.group for target in campaign.targets.select_related("group__kind").order_by("position")]


def numbers(campaigns: Iterable[Campaign]) -> dict[int, dict[str, int]]:
    """Of each campaign how many were made, sent, opened, took a place and joined; one query."""
    rows = Invitation.objects.filter(campaign__in=[campaign.pk for campaign in campaigns]).order_by().values("campaign")
    found = rows.annotate(
        made=Count("pk"),
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        opened=Count("pk", filter=Q(opens__gt=0)),
        placed=Count("pk", filter=Q(state__in=SEATED)),
        joined=Count("pk", filter=Q(state=InvitationState.JOINED)),
    )
    return {row["campaign"]: {name: int(row[name]) for name in COUNTED} for row in found.values("campaign", *COUNTED)}


def stays(campaigns: Iterable[Campaign], at: datetime) -> dict[int, sources.Came]:
    """Of each campaign's arrivals how many stayed 30 days; one query."""
    rows = Membership.objects.filter(arrival__invitation__campaign__in=[campaign.pk for campaign in campaigns])
    key = "arrival__invitation__campaign"
    return {row[key]: sources.Came(row["joined"], row["judged"], row["stayed"]) for row in sources.stays(rows, at, key)}


def to_review(user: User) -> QuerySet[Proof]:
    """Proofs that nobody has looked at, in campaigns the user cares for, the oldest first."""
    rows = Proof.objects.filter(state=ProofState.WAITING, invitation__campaign__in=cared_for(user))
    return rows.select_related("invitation__campaign").order_by("created_at", "pk")


def unanswered(user: User, at: datetime) -> QuerySet[Invitation]:
    """Invitations that `user` sent three days ago and that nobody has answered."""
    rows = Invitation.objects.filter(
        state=InvitationState.SENT, sent_at__lte=at - UNANSWERED, sent_by=user, campaign__state=CampaignState.RUNNING
    )
    return rows.filter(campaign__in=cared_for(user)).select_related("campaign").order_by("sent_at", "pk")


def came_lately(invitation: Invitation) -> list[Membership]:
    """Who may have come by this invitation: members of its groups who came after it and of whom it is not known how they came.

    Those of the same name first. A proposal for a person, never a decision.
    """
    since = invitation.opened_at or invitation.sent_at or invitation.created_at
    rows = Membership.objects.filter(
        group__campaign_targets__campaign=invitation.campaign_id, arrival=None, joined_at__gte=since, joined_at__lte=since + CAME_WITHIN
    )
    alike = Q(person__name__iexact=invitation.name)
    same = list(rows.filter(alike).select_related("person", "group").order_by("joined_at", "pk")[:FEW])
    return same + list(rows.exclude(alike).select_related("person", "group").order_by("-joined_at", "-pk")[: FEW - len(same)])


def inviters(user: User) -> QuerySet[Person]:
    """Persons who brought somebody into the groups the reader sees, with `brought` how many stays (人次) began by them."""
    seen = Membership.objects.filter(invited_by=OuterRef("pk"), group__in=access.visible_to(user))
    count = seen.order_by().values("invited_by").annotate(n=Count("pk")).values("n")
    rows = Person.objects.filter(Exists(seen))
    return rows.annotate(brought=Coalesce(Subquery(count, output_field=IntegerField()), 0))


def brought_by(user: User, person: Person) -> QuerySet[Membership]:
    """Who came by one person, as far as the reader sees them."""
    rows = Membership.objects.filter(invited_by=person, group__in=access.visible_to(user))
    return rows.select_related("person", "group")


def inviter_of(user: User, person: Person) -> Person | None:
    """Who brought a person into the first of the groups that the reader sees; None where nobody is known."""
    rows = Membership.objects.filter(person=person, group__in=access.visible_to(user), invited_by__isnull=False)
    first = rows.select_related("invited_by").order_by("joined_at", "pk").first()
    return first.invited_by if first else None
