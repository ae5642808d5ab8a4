"""Sources, codes, the waiting list, campaigns, invitations and proofs over the API, read only; invitations can be made."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.errors import Forbidden, Invalid
from members import queries as members
from members.invitations import addresses, guests, queries, services
from members.joining import arrivals
from members.joining import queries as joining
from members.joining.views import address
from members.models import Campaign, Invitation, JoinCode, Proof, Source, Waiting


class Read(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """A list by position, and one of it."""

    keyset: tuple[str, ...] = ("created_at", "id")


class SourceSerializer(StrictSerializer):
    """Where members come from."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    channel = serializers.CharField(read_only=True)
    note = serializers.CharField(read_only=True)
    archived = serializers.BooleanField(read_only=True)


class JoinCodeSerializer(StrictSerializer):
    """A rotating code; `groups` in their order."""

    id = serializers.IntegerField(read_only=True)
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    url = serializers.SerializerMethodField()
    source = serializers.IntegerField(source="source_id", read_only=True, allow_null=True)  # type: ignore[assignment]
    groups = serializers.SerializerMethodField()
    archived = serializers.BooleanField(read_only=True)

    def get_url(self, row: JoinCode) -> str:
        """The public address."""
        return address(row)

    def get_groups(self, row: JoinCode) -> list[int]:
        """The groups it leads to."""
        return [target.group_id for target in row.targets.all()]


class CodeArrivedSerializer(StrictSerializer):
    """The members who came by a code."""

    members = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=500, write_only=True)
    done = serializers.ListField(child=serializers.IntegerField(), read_only=True)


class WaitingSerializer(StrictSerializer):
    """Somebody on a waiting list; how to reach them is masked."""

    id = serializers.IntegerField(read_only=True)
    code = serializers.IntegerField(source="code_id", read_only=True)
    name = serializers.CharField(read_only=True)
    contact = serializers.CharField(source="contact_shown", read_only=True)
    state = serializers.CharField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    called_at = serializers.DateTimeField(read_only=True, allow_null=True)


class CampaignSerializer(StrictSerializer):
    """A campaign; `groups` in their order."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    sort = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    seats = serializers.IntegerField(read_only=True)
    taken = serializers.IntegerField(read_only=True)
    source = serializers.IntegerField(source="source_id", read_only=True, allow_null=True)  # type: ignore[assignment]
    groups = serializers.SerializerMethodField()
    apply_url = serializers.SerializerMethodField()

    def get_groups(self, row: Campaign) -> list[int]:
        """The groups it fills."""
        return [target.group_id for target in row.targets.all()]

    def get_apply_url(self, row: Campaign) -> str:
        """The public address at which one applies."""
        return addresses.apply_url(row)


class InvitationSerializer(StrictSerializer):
    """An invitation of one person. POST takes campaign, name, and optionally reason, inviter (a person's id) and guest (a member's id)."""

    id = serializers.IntegerField(read_only=True)
    campaign = serializers.IntegerField(source="campaign_id", min_value=1, max_value=2**63 - 1)
    name = serializers.CharField(max_length=60)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    inviter = serializers.IntegerField(source="inviter_id", required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1)
    guest = serializers.IntegerField(source="guest_id", required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1)
    state = serializers.CharField(read_only=True)
    opens = serializers.IntegerField(read_only=True)
    url = serializers.SerializerMethodField()
    sent_at = serializers.DateTimeField(read_only=True, allow_null=True)
    attended = serializers.BooleanField(read_only=True, allow_null=True)

    def get_url(self, row: Invitation) -> str:
        """Their own address."""
        return addresses.url_of(row)


class ProofSerializer(StrictSerializer):
    """What somebody showed for a gate."""

    id = serializers.IntegerField(read_only=True)
    invitation = serializers.IntegerField(source="invitation_id", read_only=True)
    text = serializers.CharField(read_only=True)
    picture = serializers.SerializerMethodField()
    state = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)

    def get_picture(self, row: Proof) -> bool:
        """Whether there is a screenshot."""
        return row.picture_id is not None


class SourceViewSet(Read):
    """The list of sources."""

    queryset = Source.objects.none()
    serializer_class = SourceSerializer
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Source]:
        """All: the list is of the whole site."""
        return Source.objects.all()


class JoinCodeViewSet(Read):
    """The codes of which one sees every group."""

    queryset = JoinCode.objects.none()
    serializer_class = JoinCodeSerializer

    def get_queryset(self) -> QuerySet[JoinCode]:
        """What the user may see."""
        return joining.codes_for(actor(self.request))

    @extend_schema(request=CodeArrivedSerializer, responses=CodeArrivedSerializer)
    @action(detail=True, methods=["post"], serializer_class=CodeArrivedSerializer)
    def arrived(self, request: Request, pk: str) -> Response:
        """These members came by it; answered with those of whom it was not known."""
        typed = CodeArrivedSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        done = arrivals.arrive(code=self.get_object(), pks=typed.validated_data["members"], by=actor(request), at=clock.now())
        return Response({"done": done})


class WaitingViewSet(Read):
    """Who waits for these codes."""

    queryset = Waiting.objects.none()
    serializer_class = WaitingSerializer

    def get_queryset(self) -> QuerySet[Waiting]:
        """What the user may see."""
        return joining.waiting_for(actor(self.request))


class CampaignViewSet(Read):
    """The campaigns of which one sees every group."""

    queryset = Campaign.objects.none()
    serializer_class = CampaignSerializer

    def get_queryset(self) -> QuerySet[Campaign]:
        """What the user may see."""
        return queries.campaigns_for(actor(self.request))


class InvitationViewSet(Read):
    """The invitations of these campaigns; POST makes one."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationSerializer

    def get_queryset(self) -> QuerySet[Invitation]:
        """What the user may see."""
        return queries.invitations_for(actor(self.request))

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One invitation; 422 where this name has one in the campaign."""
        found = InvitationSerializer(data=request.data)
        found.is_valid(raise_exception=True)
        given, user = found.validated_data, actor(request)
        campaign = queries.campaigns_for(user).filter(pk=given["campaign_id"]).first()
        inviter = members.persons_for(user).filter(pk=given["inviter_id"]).first() if given["inviter_id"] else None
        guest = members.memberships_for(user).filter(pk=given["guest_id"]).first() if given["guest_id"] else None
        if campaign is None or (given["inviter_id"] and inviter is None) or (given["guest_id"] and guest is None):
            raise Invalid(_("There is no such campaign or person, or you cannot see it."))
        if not queries.may(user, GroupRight.CARE, campaign):
            raise Forbidden(access.MISSING[GroupRight.CARE])
        people = [(given["name"], given["reason"])]
        made, _known = services.invite(campaign=campaign, people=people, inviter=inviter, by=user, at=clock.now())
        if not made:
            raise Invalid(_("This name has an invitation already."), field="name")
        if guest is not None:
            guests.set_guest(invitation=made[0], membership=guest, by=user, at=clock.now())
            made[0].refresh_from_db()
        return Response(InvitationSerializer(made[0]).data, status=status.HTTP_201_CREATED)


class ProofViewSet(Read):
    """What guests showed."""

    queryset = Proof.objects.none()
    serializer_class = ProofSerializer

    def get_queryset(self) -> QuerySet[Proof]:
        """What the user may see."""
        return queries.proofs_for(actor(self.request))


routes = [
    ("sources", SourceViewSet),
    ("join-codes", JoinCodeViewSet),
    ("waiting", WaitingViewSet),
    ("campaigns", CampaignViewSet),
    ("invitations", InvitationViewSet),
    ("proofs", ProofViewSet),
]
