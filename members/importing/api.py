"""Imports over the API: a list as text, looked at, taken over, taken back."""

import hashlib
from typing import Any

from django.db.models import QuerySet
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
from members.importing import queries, tables
from members.importing import services as importing
from members.models import RosterImport

LONGEST = 1_000_000  # characters of a list


class ImportSerializer(StrictSerializer):
    """An import. `text` is a list: CSV or one name a line; `complete` says that whoever is not in it has left."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.PrimaryKeyRelatedField(queryset=Group.objects.none())
    name = serializers.CharField(max_length=200, default="api")
    text = serializers.CharField(max_length=LONGEST, write_only=True)
    complete = serializers.BooleanField(default=False)
    sort = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    counts = serializers.JSONField(read_only=True)
    total = serializers.IntegerField(read_only=True)
    done = serializers.IntegerField(read_only=True)
    error = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)


class NothingSerializer(StrictSerializer):
    """No fields."""


class ImportViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[RosterImport]):
    """Imports of the groups one sees, the newest first. A POST looks at a list; `apply` has it taken over, `undo` takes it back."""

    queryset = RosterImport.objects.none()
    serializer_class = ImportSerializer
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[RosterImport]:
        """What the user may see."""
        return queries.imports_for(actor(self.request))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Into a group that the user may edit."""
        made = super().get_serializer(*args, **kwargs)
        if isinstance(made, ImportSerializer) and not getattr(self, "swagger_fake_view", False):
            made.fields["group"].queryset = access.groups_with(actor(self.request), GroupRight.EDIT, sandboxes=True)  # type: ignore[attr-defined]
        return made

    def perform_create(self, serializer: Any) -> None:
        """Read, kept, compared."""
        typed, by = serializer.validated_data, actor(self.request)
        content = typed["text"].encode()
        digest, table = hashlib.sha256(content).hexdigest(), tables.read(content)
        row, is_new = importing.stage(group=typed["group"], table=table, name=typed["name"], digest=digest, by=by, at=clock.now())
        if is_new and typed["complete"]:
            importing.preview(roster_import=row, mapping=row.mapping, complete=True, by=by)
        serializer.instance = row

    @action(detail=True, methods=["post"], serializer_class=NothingSerializer)
    def apply(self, request: Request, pk: str) -> Response:
        """Have it taken over."""
        row = self.get_object()
        importing.start(roster_import=row, by=actor(request), at=clock.now())
        return Response(ImportSerializer(row).data)

    @action(detail=True, methods=["post"], serializer_class=NothingSerializer)
    def undo(self, request: Request, pk: str) -> Response:
        """Take it back, as far as nothing happened since."""
        done, kept = importing.undo(roster_import=self.get_object(), by=actor(request), at=clock.now())
        return Response({"undone": done, "kept": kept})


routes = [("imports", ImportViewSet)]
