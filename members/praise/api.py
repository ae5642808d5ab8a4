"""Praises over the API."""

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members.models import CareTask
from members.praise import queries
from members.praise import services as praise


class PraiseSerializer(StrictSerializer):
    """A praise that was proposed; `text` is its draft."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    member = serializers.IntegerField(source="membership_id", read_only=True)
    week = serializers.CharField(source="occasion", read_only=True)
    text = serializers.CharField(source="note", read_only=True)
    state = serializers.CharField(read_only=True, help_text="open, done or dropped.")
    created_at = serializers.DateTimeField(read_only=True)


class PraiseSaySerializer(StrictSerializer):
    """The words to be said; answered with the number of the delivery."""

    text = serializers.CharField(max_length=praise.LONGEST)
    delivery = serializers.IntegerField(read_only=True)


class PraiseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[CareTask]):
    """Praises of the groups one cares for, the newest first."""

    queryset = CareTask.objects.none()
    serializer_class = PraiseSerializer
    keyset = ("created_at", "id")

    def get_queryset(self) -> QuerySet[CareTask]:
        """What the user may care for."""
        return queries.praises_for(actor(self.request))

    @action(detail=True, methods=["post"], serializer_class=PraiseSaySerializer)
    def say(self, request: Request, pk: str) -> Response:
        """Have it said in the group."""
        typed = self.get_serializer(data=request.data)
        typed.is_valid(raise_exception=True)
        text = typed.validated_data["text"]
        made = praise.say(task=self.get_object(), text=text, by=actor(request), at=clock.now())
        return Response({"text": text, "delivery": made.pk})


routes = [("praises", PraiseViewSet)]
