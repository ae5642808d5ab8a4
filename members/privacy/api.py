"""Exports of persons over the API. Erasing asks for a password and a typed name: that is done on the page alone."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request

from groupops.accounts.middleware import actor
from groupops.accounts.sure import demand_sure
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.masking import REASON_LENGTH
from members import queries as members
from members.models import Person, PersonExport
from members.privacy import queries
from members.privacy import services as privacy


class PersonExportSerializer(StrictSerializer):
    """Everything about a person in a zip; it can be fetched while `state` is ready."""

    id = serializers.IntegerField(read_only=True)
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    reason = serializers.CharField(max_length=REASON_LENGTH)
    state = serializers.CharField(read_only=True, help_text="waiting, ready or over.")
    at = serializers.DateTimeField(read_only=True)
    until = serializers.DateTimeField(read_only=True, allow_null=True)


class PersonExportViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PersonExport]):
    """The exports one asked for, the newest first; nobody else sees them. For operators and founders."""

    queryset = PersonExport.objects.none()
    serializer_class = PersonExportSerializer
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[PersonExport]:
        """One's own."""
        return queries.exports_for(actor(self.request))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Of a person whom the user sees."""
        made = super().get_serializer(*args, **kwargs)
        if isinstance(made, PersonExportSerializer) and not getattr(self, "swagger_fake_view", False):
            made.fields["person"].queryset = members.persons_for(actor(self.request), sandboxes=True)  # type: ignore[attr-defined]
        return made

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        demand_sure(self.request)
        serializer.instance = privacy.ask_export(**serializer.validated_data, by=actor(self.request), at=clock.now())

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> HttpResponse:
        """The zip."""
        demand_sure(request)
        content = privacy.download(export=self.get_object(), by=actor(request), at=clock.now())
        return HttpResponse(content, content_type="application/zip")


routes = [("person-exports", PersonExportViewSet)]
