"""Merges over the API."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import mixins, serializers, viewsets

from groupops.accounts.middleware import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members import queries
from members.identity import services as identity
from members.models import Person, PersonMerge


class MergeSerializer(StrictSerializer):
    """`person` is the same human as `into`."""

    id = serializers.IntegerField(read_only=True)
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    into = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    at = serializers.DateTimeField(read_only=True)


class MergeViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[PersonMerge],
):
    """The merges that stand, the newest first. A POST merges, a DELETE parts the two again."""

    queryset = PersonMerge.objects.none()
    serializer_class = MergeSerializer
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[PersonMerge]:
        """Of persons whom the user sees."""
        return PersonMerge.objects.filter(undone_at=None, person__in=queries.persons_for(actor(self.request)).order_by())

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Two persons whom the user sees."""
        made = super().get_serializer(*args, **kwargs)
        if isinstance(made, MergeSerializer) and not getattr(self, "swagger_fake_view", False):
            for name in ("person", "into"):
                made.fields[name].queryset = queries.persons_for(actor(self.request))  # type: ignore[attr-defined]
        return made

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        serializer.instance = identity.merge(**serializer.validated_data, by=actor(self.request), at=clock.now())

    def perform_destroy(self, instance: PersonMerge) -> None:
        """One service call."""
        person = get_object_or_404(queries.persons_for(actor(self.request)), pk=instance.person_id)
        identity.part(person=person, by=actor(self.request), at=clock.now())


routes = [("merges", MergeViewSet)]
