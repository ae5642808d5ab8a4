"""Fields, forms and answers over the API. Personal values are masked here too."""

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
from members import queries as members
from members.models import AnswerImport, FieldValue, FormAnswer, MemberForm, Membership, ProfileField
from members.surveying import ACCOUNT, NAME, OPTION_LENGTH, FieldKind, FormState
from members.surveys import addresses, answering, bringing, fields, queries
from members.surveys import services as surveys


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


class MemberFormSerializer(StrictSerializer):
    """A form for members; `fields_asked` in their order, `links` of its groups."""

    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField(read_only=True)
    introduction = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    several = serializers.BooleanField(read_only=True)
    opens_at = serializers.DateTimeField(read_only=True, allow_null=True)
    closes_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    fields_asked = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    def get_fields_asked(self, row: MemberForm) -> list[int]:
        """What it asks for."""
        return [ask.field_id for ask in row.asks.all()]

    def get_links(self, row: MemberForm) -> dict[str, str]:
        """Group → the address for everybody of it."""
        return {str(target.group_id): addresses.group_url(row, target.group) for target in row.targets.all()}


class FormMoveSerializer(StrictSerializer):
    """Where the form goes."""

    state = serializers.ChoiceField(choices=FormState.choices)


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


class FieldValueSerializer(StrictSerializer):
    """What a member says about themselves; `value` is masked where the field is personal."""

    id = serializers.IntegerField(read_only=True)
    member = serializers.IntegerField(source="membership_id", read_only=True)
    field = serializers.IntegerField(source="field_id", read_only=True)
    value = serializers.CharField(source="shown", read_only=True)
    current = serializers.BooleanField(read_only=True)
    answer = serializers.IntegerField(source="answer_id", read_only=True, allow_null=True)
    at = serializers.DateTimeField(read_only=True)


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


class ProfileFieldViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ProfileField]):
    """Every field; operators and founders add one."""

    queryset = ProfileField.objects.order_by("pk")
    serializer_class = ProfileFieldSerializer
    keyset = ("id",)

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        typed = serializer.validated_data | {"kind": FieldKind(serializer.validated_data["kind"])}
        serializer.instance = fields.save_field(field=None, **typed, by=actor(self.request), at=clock.now())


class MemberFormViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[MemberForm]):
    """The forms of which one sees every group, the newest first."""

    queryset = MemberForm.objects.none()
    serializer_class = MemberFormSerializer
    keyset = ("created_at", "id")

    def get_queryset(self) -> QuerySet[MemberForm]:
        """What the user may see."""
        return queries.forms_for(actor(self.request)).prefetch_related("asks")

    @extend_schema(request=FormMoveSerializer, responses=MemberFormSerializer)
    @action(detail=True, methods=["post"], serializer_class=FormMoveSerializer)
    def move(self, request: Request, pk: str) -> Response:
        """Open it for answers, or close it."""
        typed = FormMoveSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        surveys.move_form(form=self.get_object(), to=typed.validated_data["state"], by=actor(request), at=clock.now())
        return Response(MemberFormSerializer(self.get_object()).data)


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


class FieldValueViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[FieldValue]):
    """What members of the groups one sees said, the newest first; `current` is what stands. `?membership=` `?field=` `?current=`"""

    queryset = FieldValue.objects.none()
    serializer_class = FieldValueSerializer
    filterset_fields = ("membership", "field", "current", "answer")
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[FieldValue]:
        """What the user may see."""
        return FieldValue.objects.filter(membership__in=members.memberships_for(actor(self.request)))


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


routes = [
    ("form-imports", FormImportViewSet),
    ("profile-fields", ProfileFieldViewSet),
    ("member-forms", MemberFormViewSet),
    ("form-answers", FormAnswerViewSet),
    ("field-values", FieldValueViewSet),
]
