"""Tags, notes and segments over the API."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members import queries
from members.models import Membership, Note, Segment, Tag
from members.models.tags import NAME_LENGTH, NOTE_LENGTH
from members.segments.queries import segments_for
from members.tags import services as tags

MOST = 500  # members of one call


class TagSerializer(StrictSerializer):
    """A tag; `rule` is the segment that gives it by itself."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=NAME_LENGTH)
    rule = serializers.PrimaryKeyRelatedField(queryset=Segment.objects.none(), allow_null=True, default=None)
    archived = serializers.BooleanField(read_only=True)


class TagMarkSerializer(StrictSerializer):
    """The memberships that are to be tagged; answered with those that were (`done`) and how many were skipped."""

    members = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=MOST, write_only=True)
    done = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    skipped = serializers.IntegerField(read_only=True)


class MemberNoteSerializer(StrictSerializer):
    """A note about a member of a group."""

    id = serializers.IntegerField(read_only=True)
    member = serializers.PrimaryKeyRelatedField(source="membership", queryset=Membership.objects.none())
    text = serializers.CharField(max_length=NOTE_LENGTH)
    by = serializers.IntegerField(source="by_id", read_only=True)
    at = serializers.DateTimeField(read_only=True)


class TagViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Tag]):
    """Every tag; operators and founders add one. `give` and `take` skip whom one may not care for."""

    queryset = Tag.objects.order_by("pk")
    serializer_class = TagSerializer
    keyset = ("id",)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The rule is one of the reader's segments."""
        made = super().get_serializer(*args, **kwargs)
        if isinstance(made, TagSerializer) and not getattr(self, "swagger_fake_view", False):
            made.fields["rule"].queryset = segments_for(actor(self.request))  # type: ignore[attr-defined]
        return made

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        by = actor(self.request)
        access.demand_on_site(by, Right.MANAGE_POLICY)
        serializer.instance = tags.create(**serializer.validated_data, by=by, at=clock.now())

    @action(detail=True, methods=["post"], serializer_class=TagMarkSerializer)
    def give(self, request: Request, pk: str) -> Response:
        """Tag these memberships."""
        return self._mark(request, given=True)

    @action(detail=True, methods=["post"], serializer_class=TagMarkSerializer)
    def take(self, request: Request, pk: str) -> Response:
        """Take the tag from these memberships."""
        return self._mark(request, given=False)

    def _mark(self, request: Request, *, given: bool) -> Response:
        typed = self.get_serializer(data=request.data)
        typed.is_valid(raise_exception=True)
        by = actor(request)
        rows = queries.memberships_for(by).filter(pk__in=typed.validated_data["members"])
        result = (tags.give if given else tags.take)(tag=self.get_object(), memberships=rows, by=by, at=clock.now())
        return Response({"done": result.done, "skipped": len(result.skipped)})


class NoteViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Note]):
    """Notes about members of the groups one sees, the newest first; taken back ones are not shown."""

    queryset = Note.objects.none()
    serializer_class = MemberNoteSerializer
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[Note]:
        """What the user may see."""
        return Note.objects.filter(membership__in=queries.memberships_for(actor(self.request)), hidden_at=None)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """About a member whom the user sees."""
        made = super().get_serializer(*args, **kwargs)
        if isinstance(made, MemberNoteSerializer) and not getattr(self, "swagger_fake_view", False):
            made.fields["member"].queryset = queries.memberships_for(actor(self.request))  # type: ignore[attr-defined]
        return made

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        serializer.instance = tags.write(**serializer.validated_data, by=actor(self.request), at=clock.now())


routes = [("tags", TagViewSet), ("notes", NoteViewSet)]
