"""关键节点 and the product's number of users."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups import services as groups
from groupops.groups.api.common import actor
from groupops.groups.models import KeyMoment, ProductStage
from groupops.groups.policy import MomentSort, propose
from groupops.shared import clock
from groupops.shared.api import StrictSerializer


class ProposalSerializer(serializers.Serializer[Any]):
    """What a moment suggests: a group of a kind (its slug), and texts to post."""

    name = serializers.CharField()
    kind = serializers.CharField()
    posts = serializers.ListField(child=serializers.CharField())


class MomentSerializer(serializers.ModelSerializer[KeyMoment]):
    """A key moment, the group opened for it, and what it proposes."""

    proposal = serializers.SerializerMethodField()

    class Meta:
        model = KeyMoment
        fields = ("id", "sort", "title", "on", "note", "group", "dismissed", "created_at", "proposal")
        read_only_fields = fields

    @extend_schema_field(ProposalSerializer)
    def get_proposal(self, moment: KeyMoment) -> dict[str, Any]:
        """In the language of the request."""
        found = propose(MomentSort(moment.sort), title=moment.title, on=moment.on)
        return {"name": found.name, "kind": found.kind, "posts": [draft.text for draft in found.posts]}


class NewMomentSerializer(StrictSerializer):
    """A moment to record."""

    sort = serializers.ChoiceField(MomentSort.choices)
    title = serializers.CharField(max_length=120)
    on = serializers.DateField()
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")


class MomentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?sort= &dismissed="""

    sort = django_filters.ChoiceFilter(choices=MomentSort.choices)
    dismissed = django_filters.BooleanFilter()


class KeyMoments(ListModelMixin, RetrieveModelMixin, GenericViewSet[KeyMoment]):
    """Key moments, the newest first."""

    serializer_class = MomentSerializer
    filterset_class = MomentFilter
    keyset = ("id",)
    queryset = KeyMoment.objects.none()  # for the schema; rows come from get_queryset
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[KeyMoment]:
        """For those who see all groups."""
        access.demand_on_site(actor(self.request), Right.SEE_ALL_GROUPS)
        return KeyMoment.objects.all()

    @extend_schema(request=NewMomentSerializer, responses={201: MomentSerializer})
    def create(self, request: Request) -> Response:
        """Record a moment."""
        access.demand_on_site(actor(request), Right.CREATE_GROUP)
        serializer = NewMomentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data | {"sort": MomentSort(serializer.validated_data["sort"])}
        moment = groups.record_moment(by=actor(request), at=clock.now(), **values)
        return Response(MomentSerializer(moment).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=MomentSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """Dismiss the proposal."""
        return self._set(request, dismissed=True)

    @extend_schema(request=None, responses=MomentSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a dismissed proposal back."""
        return self._set(request, dismissed=False)

    def _set(self, request: Request, *, dismissed: bool) -> Response:
        access.demand_on_site(actor(request), Right.CREATE_GROUP)
        moment = groups.set_dismissed(moment=self.get_object(), dismissed=dismissed, by=actor(request), at=clock.now())
        return Response(MomentSerializer(moment).data)


class UsersSerializer(serializers.ModelSerializer[ProductStage]):
    """How many users the product had at a time."""

    class Meta:
        model = ProductStage
        fields = ("id", "users", "at", "by")
        read_only_fields = fields


class NewUsersSerializer(StrictSerializer):
    """How many users the product has now."""

    users = serializers.IntegerField(min_value=0, max_value=2_000_000_000)


class ProductUsers(ListModelMixin, GenericViewSet[ProductStage]):
    """The product's number of users over time, newest first."""

    serializer_class = UsersSerializer
    keyset = ("id",)
    queryset = ProductStage.objects.none()  # for the schema; rows come from get_queryset

    def get_queryset(self) -> QuerySet[ProductStage]:
        """For those who see all groups."""
        access.demand_on_site(actor(self.request), Right.SEE_ALL_GROUPS)
        return ProductStage.objects.all()

    @extend_schema(request=NewUsersSerializer, responses={201: UsersSerializer})
    def create(self, request: Request) -> Response:
        """Record the number of users."""
        access.demand_on_site(actor(request), Right.CREATE_GROUP)
        serializer = NewUsersSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        row = groups.record_users(users=serializer.validated_data["users"], by=actor(request), at=clock.now())
        return Response(UsersSerializer(row).data, status=status.HTTP_201_CREATED)
