"""Acting in a group over the API: what works there, and doing it."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.groups import access
from groupops.groups.models import Group
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.adapter import ACTS, Level, Operation
from groupops.messaging.api.deliveries import DeliverySerializer
from groupops.messaging.models import Delivery
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import Step
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.intake import LARGEST_ID


class OrderSerializer(StrictSerializer):
    """What is to be done in a group, now. Which fields are needed depends on the operation."""

    group = serializers.IntegerField(max_value=LARGEST_ID)
    operation = serializers.ChoiceField(choices=Operation.choices)
    text = serializers.CharField(max_length=10000, allow_blank=True, default="")
    user = serializers.CharField(max_length=255, allow_blank=True, default="", help_text="The person's id on the platform.")
    user_name = serializers.CharField(max_length=200, allow_blank=True, default="")
    message = serializers.CharField(max_length=255, allow_blank=True, default="", help_text="The message's id on the platform.")
    until = serializers.DateTimeField(allow_null=True, default=None, help_text="The end of a mute; none: until it is lifted.")
    reason = serializers.CharField(max_length=300, allow_blank=True, default="")

    def validate_operation(self, value: str) -> str:
        """Looking is no order."""
        if value not in ACTS:
            raise serializers.ValidationError(gettext("This is nothing that is carried out."))
        return value

    def wish(self) -> Wish:
        """As the service takes it."""
        given = self.validated_data
        named = {name: given[name] for name in ("text", "user", "user_name", "message", "until")}
        return Wish(operation=Operation(given["operation"]), **named)


class AbleSerializer(StrictSerializer):
    """One operation in one group: how well it works, and what is done instead."""

    operation = serializers.ChoiceField(choices=Operation.choices)
    level = serializers.ChoiceField(choices=Level.choices, source="capability.level")
    step = serializers.ChoiceField(choices=Step.choices)
    why = serializers.SerializerMethodField()
    limits = serializers.CharField()

    def get_why(self, able: queries.Able) -> str:
        """In the reader's language."""
        return gettext(able.why) if able.why else ""


class Orders(viewsets.GenericViewSet[Delivery]):
    """Do something in a group: it becomes a delivery, whose state says how it went."""

    serializer_class = OrderSerializer
    queryset = Delivery.objects.none()  # for the schema

    @extend_schema(request=OrderSerializer, responses={201: DeliverySerializer})
    def create(self, request: Request) -> Response:
        """Order it."""
        given = OrderSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        group = get_object_or_404(access.visible_to(request.user), pk=given.validated_data["group"])  # type: ignore[arg-type]
        made = messaging.order(
            group=group, wish=given.wish(), reason=given.validated_data["reason"], by=request.user, at=clock.now()  # type: ignore[arg-type]
        )  # fmt: skip
        found = queries.deliveries_for(request.user).get(pk=made.pk)  # type: ignore[arg-type]
        return Response(DeliverySerializer(found, context={"request": request}).data, status=status.HTTP_201_CREATED)


class Abilities(viewsets.GenericViewSet[Group]):
    """What works in a group."""

    serializer_class = AbleSerializer
    queryset = Group.objects.none()  # for the schema
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(responses=AbleSerializer(many=True))
    def retrieve(self, request: Request, pk: str) -> Response:
        """By the group's id."""
        group = get_object_or_404(access.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
        return Response(AbleSerializer(queries.abilities_of(group).rows, many=True).data)
