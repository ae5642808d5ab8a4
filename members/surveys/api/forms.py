"""Forms for members over the API: made, changed, opened, closed."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
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
from members.models import MemberForm, ProfileField
from members.surveying import FormState
from members.surveys import addresses, queries
from members.surveys import services as surveys


class MemberFormSerializer(StrictSerializer):
    """A form for members; `asks` are fields of the profile in their order, `links` the addresses of its groups.

    A change names the `version` that was read: somebody else's change in between is not overwritten.
    """

    id = serializers.IntegerField(read_only=True)
    version = serializers.IntegerField(required=False, min_value=1)
    title = serializers.CharField(max_length=80)
    introduction = serializers.CharField(max_length=2000, allow_blank=True, default="")
    state = serializers.CharField(read_only=True)
    several = serializers.BooleanField(default=False)
    opens_at = serializers.DateTimeField(allow_null=True, default=None)
    closes_at = serializers.DateTimeField(allow_null=True, default=None)
    groups = serializers.PrimaryKeyRelatedField(queryset=Group.objects.none(), many=True, write_only=True)
    asks = serializers.PrimaryKeyRelatedField(queryset=ProfileField.objects.none(), many=True, write_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    fields_asked = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    def validate(self, typed: dict[str, Any]) -> dict[str, Any]:
        """It ends after it begins."""
        opens, closes = (typed.get(name, getattr(self.instance, name, None)) for name in ("opens_at", "closes_at"))
        if opens and closes and closes <= opens:
            raise serializers.ValidationError({"closes_at": _("It ends after it begins.")})
        return typed

    def get_fields_asked(self, row: MemberForm) -> list[int]:
        """What it asks for."""
        return [ask.field_id for ask in row.asks.all()]

    def get_links(self, row: MemberForm) -> dict[str, str]:
        """Group → the address for everybody of it."""
        return {str(target.group_id): addresses.group_url(row, target.group) for target in row.targets.all()}


class FormMoveSerializer(StrictSerializer):
    """Where the form goes."""

    state = serializers.ChoiceField(choices=FormState.choices)


class MemberFormViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[MemberForm]):
    """The forms of which one sees every group, the newest first. A new one is a draft; a PATCH changes words, groups and fields."""

    queryset = MemberForm.objects.none()
    serializer_class = MemberFormSerializer
    keyset = ("created_at", "id")

    def get_queryset(self) -> QuerySet[MemberForm]:
        """What the user may see."""
        return queries.forms_for(actor(self.request)).prefetch_related("asks")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """For groups that the user may edit."""
        made = super().get_serializer(*args, **kwargs)
        if isinstance(made, MemberFormSerializer) and not getattr(self, "swagger_fake_view", False):
            made.fields["groups"].child_relation.queryset = access.groups_with(actor(self.request), GroupRight.EDIT)  # type: ignore[attr-defined]
            made.fields["asks"].child_relation.queryset = queries.fields()  # type: ignore[attr-defined]
        return made

    def perform_create(self, serializer: Any) -> None:
        """A draft."""
        serializer.instance = self._saved(serializer.validated_data, None)

    @extend_schema(request=MemberFormSerializer, responses=MemberFormSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Other words, groups, fields; 409 when `version` is not the stored one."""
        row = self.get_object()
        typed = self.get_serializer(row, data=request.data, partial=True)
        typed.is_valid(raise_exception=True)
        return Response(MemberFormSerializer(self._saved(typed.validated_data, row)).data)

    def _saved(self, typed: dict[str, Any], form: MemberForm | None) -> MemberForm:
        values = {name: typed[name] if name in typed else getattr(form, name) for name in surveys.FIELDS}
        given = {"groups": _groups_of(form), "asks": queries.fields_of(form) if form else [], "version": 0, **typed}
        given = {name: given[name] for name in ("groups", "asks", "version")}
        row = surveys.save_form(form=form, values=values, **given, by=actor(self.request), at=clock.now())
        return self.get_queryset().get(pk=row.pk)

    @extend_schema(request=FormMoveSerializer, responses=MemberFormSerializer)
    @action(detail=True, methods=["post"], serializer_class=FormMoveSerializer)
    def move(self, request: Request, pk: str) -> Response:
        """Open it for answers, or close it."""
        typed = FormMoveSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        surveys.move_form(form=self.get_object(), to=typed.validated_data["state"], by=actor(request), at=clock.now())
        return Response(MemberFormSerializer(self.get_object()).data)


def _groups_of(form: MemberForm | None) -> list[Group]:
    return [target.group for target in form.targets.select_related("group").order_by("pk")] if form else []
