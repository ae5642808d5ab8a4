"""Answers over the API."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members import queries as members
from members.models import FormAnswer, Membership
from members.surveys import answering, queries


class FormAnswerSerializer(StrictSerializer):
    """An answer; `member` null: nobody has said yet whose it is."""

    id = serializers.IntegerField(read_only=True)
    form = serializers.IntegerField(source="form_id", read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    member = serializers.IntegerField(source="membership_id", read_only=True, allow_null=True)
    name = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)


class AnswerAssignSerializer(StrictSerializer):
    """Whose it is."""

    member = serializers.PrimaryKeyRelatedField(queryset=Membership.objects.none())


class FormAnswerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[FormAnswer]):
    """Answers of the groups one sees, the newest first; what they say is under field-values. `?form=` `?state=`"""

    queryset = FormAnswer.objects.none()
    serializer_class = FormAnswerSerializer
    filterset_fields = ("form", "state")
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[FormAnswer]:
        """What the user may see."""
        return queries.answers_for(actor(self.request))

    @extend_schema(request=AnswerAssignSerializer, responses=FormAnswerSerializer)
    @action(detail=True, methods=["post"], serializer_class=AnswerAssignSerializer)
    def assign(self, request: Request, pk: str) -> Response:
        """Say whose it is."""
        answer, user = self.get_object(), actor(request)
        access.demand(user, GroupRight.CARE, answer.group)
        typed = AnswerAssignSerializer(data=request.data)
        typed.fields["member"].queryset = members.memberships_for(user, sandboxes=True)  # type: ignore[attr-defined]
        typed.is_valid(raise_exception=True)
        row = answering.assign(answer=answer, membership=typed.validated_data["member"], by=user, at=clock.now())
        return Response(FormAnswerSerializer(row).data)
