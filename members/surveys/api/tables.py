"""Tables of form tools over the API."""

import hashlib
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members.models import AnswerImport
from members.surveying import ACCOUNT, NAME
from members.surveys import bringing, queries


class FormImportSerializer(StrictSerializer):
    """A table of a form tool as text (CSV, the questions in the first line). `mapping`: place of a column → name, account or a field."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.PrimaryKeyRelatedField(queryset=Group.objects.none())
    name = serializers.CharField(max_length=200, default="api")
    text = serializers.CharField(max_length=1_000_000, write_only=True)
    header = serializers.JSONField(read_only=True)
    mapping = serializers.JSONField(read_only=True)
    state = serializers.CharField(read_only=True)
    counts = serializers.JSONField(read_only=True)
    at = serializers.DateTimeField(read_only=True)


class FormColumnsSerializer(StrictSerializer):
    """Place of a column → "name", "account" or a field's number."""

    mapping = serializers.DictField(child=serializers.CharField(max_length=20))

    def validate_mapping(self, value: dict[str, str]) -> dict[int, str]:
        """Places and targets that there can be."""
        known = {NAME, ACCOUNT, *map(str, queries.fields().values_list("pk", flat=True))}
        if any(not (place.isascii() and place.isdecimal() and len(place) < 4) or target not in known for place, target in value.items()):
            raise serializers.ValidationError("unknown column or field")
        return {int(place): target for place, target in value.items()}


class FormImportViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[AnswerImport]):
    """Tables of the groups one sees, the newest first. A POST looks at one; `columns`, then `apply`; `undo` takes it back."""

    queryset = AnswerImport.objects.none()
    serializer_class = FormImportSerializer
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[AnswerImport]:
        """What the user may see."""
        return queries.imports_for(actor(self.request))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Into a group that the user may edit."""
        made = super().get_serializer(*args, **kwargs)
        if isinstance(made, FormImportSerializer) and not getattr(self, "swagger_fake_view", False):
            made.fields["group"].queryset = access.groups_with(actor(self.request), GroupRight.EDIT)  # type: ignore[attr-defined]
        return made

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        typed = serializer.validated_data
        content = typed["text"].encode()
        given = {"group": typed["group"], "name": typed["name"], "digest": hashlib.sha256(content).hexdigest()}
        serializer.instance, _is_new = bringing.stage(**given, content=content, by=actor(self.request), at=clock.now())

    @extend_schema(request=FormColumnsSerializer, responses=FormImportSerializer)
    @action(detail=True, methods=["post"], serializer_class=FormColumnsSerializer)
    def columns(self, request: Request, pk: str) -> Response:
        """Say which column goes where."""
        typed, row = FormColumnsSerializer(data=request.data), self.get_object()
        access.demand(actor(request), GroupRight.EDIT, row.group)
        typed.is_valid(raise_exception=True)
        bringing.set_columns(row=row, mapping=typed.validated_data["mapping"], by=actor(request))
        return Response(FormImportSerializer(row).data)

    @extend_schema(request=None, responses=FormImportSerializer)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        """Take it over."""
        bringing.take_over(row=self.get_object(), by=actor(request), at=clock.now())
        return Response(FormImportSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=FormImportSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take it back."""
        bringing.undo(row=self.get_object(), by=actor(request), at=clock.now())
        return Response(FormImportSerializer(self.get_object()).data)
