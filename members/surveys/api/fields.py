"""Fields of the profile and what members say there, over the API. Personal values are masked here too."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from groupops.accounts.middleware import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members import queries as members
from members.models import FieldValue, ProfileField
from members.surveying import OPTION_LENGTH, FieldKind
from members.surveys import fields


class ProfileFieldSerializer(StrictSerializer):
    """A field of the profile; `options` of a list alone. Contacts are always personal."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=OPTION_LENGTH)
    kind = serializers.ChoiceField(choices=FieldKind.choices)
    help = serializers.CharField(max_length=200, allow_blank=True, default="")
    options = serializers.ListField(child=serializers.CharField(max_length=OPTION_LENGTH), default=list, max_length=50)
    required = serializers.BooleanField(default=False)  # type: ignore[assignment]
    personal = serializers.BooleanField(default=False)
    position = serializers.IntegerField(min_value=0, max_value=30_000, default=100)
    archived = serializers.BooleanField(read_only=True)


class FieldValueSerializer(StrictSerializer):
    """What a member says about themselves; `value` is masked where the field is personal."""

    id = serializers.IntegerField(read_only=True)
    member = serializers.IntegerField(source="membership_id", read_only=True)
    field = serializers.IntegerField(source="field_id", read_only=True)
    value = serializers.CharField(source="shown", read_only=True)
    current = serializers.BooleanField(read_only=True)
    answer = serializers.IntegerField(source="answer_id", read_only=True, allow_null=True)
    at = serializers.DateTimeField(read_only=True)


class ProfileFieldViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ProfileField]):
    """Every field; operators and founders add one."""

    queryset = ProfileField.objects.order_by("pk")
    serializer_class = ProfileFieldSerializer
    keyset = ("id",)

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        typed = serializer.validated_data | {"kind": FieldKind(serializer.validated_data["kind"])}
        serializer.instance = fields.save_field(field=None, **typed, by=actor(self.request), at=clock.now())


class FieldValueViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[FieldValue]):
    """What members of the groups one sees said, the newest first; `current` is what stands. `?membership=` `?field=` `?current=`"""

    queryset = FieldValue.objects.none()
    serializer_class = FieldValueSerializer
    filterset_fields = ("membership", "field", "current", "answer")
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[FieldValue]:
        """What the user may see."""
        return FieldValue.objects.filter(membership__in=members.memberships_for(actor(self.request)))
