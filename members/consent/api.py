"""Contacts and consents over the API. Contacts are masked here too; one in full is a POST with a reason."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.intake import LARGEST_ID
from groupops.shared.masking import REASON_LENGTH
from members import queries as members
from members.consent import queries
from members.consent import services as consent
from members.consenting import VALUE_LENGTH, ContactKind, Origin, Purpose, Told
from members.models import Consent, Contact, Person


class OfPerson(django_filters.FilterSet):  # type: ignore[misc]
    """?person="""

    person = django_filters.NumberFilter(min_value=1, max_value=LARGEST_ID, decimal_places=0)


class ContactSerializer(StrictSerializer):
    """A way to reach a person. `value` is only written; `shown` is what can be read of it."""

    id = serializers.IntegerField(read_only=True)
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    kind = serializers.ChoiceField(choices=ContactKind.choices)
    value = serializers.CharField(max_length=VALUE_LENGTH, write_only=True)
    shown = serializers.CharField(read_only=True)
    origin = serializers.ChoiceField(choices=Origin.choices)
    at = serializers.DateTimeField(read_only=True)


class RevealSerializer(StrictSerializer):
    """What one value is needed for; answered with the value."""

    reason = serializers.CharField(max_length=REASON_LENGTH, write_only=True)
    value = serializers.CharField(read_only=True)


class ConsentSerializer(StrictSerializer):
    """A person gave (`given`) or withdrew their consent. The latest of a purpose counts; none is changed afterwards."""

    id = serializers.IntegerField(read_only=True)
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    given = serializers.BooleanField()
    told = serializers.ChoiceField(choices=Told.choices)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")
    at = serializers.DateTimeField(read_only=True)
    by = serializers.IntegerField(source="by_id", read_only=True, allow_null=True)


class _OfSeenPersons(viewsets.GenericViewSet[Any]):
    """About persons whom the user sees."""

    filterset_class = OfPerson
    keyset = ("at", "id")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """About a person whom the user sees."""
        made = super().get_serializer(*args, **kwargs)
        fields = getattr(made, "fields", {})
        if "person" in fields and not getattr(self, "swagger_fake_view", False):
            fields["person"].queryset = members.persons_for(actor(self.request), sandboxes=True)
        return made


class ContactViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, _OfSeenPersons):
    """Contacts of the persons one sees, masked, the newest first. A DELETE takes one out; it is deleted for good a day later."""

    queryset = Contact.objects.none()
    serializer_class = ContactSerializer

    def get_queryset(self) -> QuerySet[Contact]:
        """What the user may see."""
        return queries.contacts_for(actor(self.request))

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        typed = serializer.validated_data
        given = typed | {"kind": ContactKind(typed["kind"]), "origin": Origin(typed["origin"])}
        serializer.instance = consent.add(**given, by=actor(self.request), at=clock.now())

    def perform_destroy(self, instance: Contact) -> None:
        """One service call."""
        consent.remove(contact=instance, removed=True, by=actor(self.request), at=clock.now())

    @action(detail=True, methods=["post"], serializer_class=RevealSerializer)
    def reveal(self, request: Request, pk: str) -> Response:
        """One contact in full; each look is a line in the operation log."""
        typed = self.get_serializer(data=request.data)
        typed.is_valid(raise_exception=True)
        value = consent.reveal(contact=self.get_object(), reason=typed.validated_data["reason"], by=actor(request), at=clock.now())
        return Response({"value": value})


class ConsentViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, _OfSeenPersons):
    """What persons agreed to and no longer agree to, the newest first."""

    queryset = Consent.objects.none()
    serializer_class = ConsentSerializer

    def get_queryset(self) -> QuerySet[Consent]:
        """What the user may see."""
        return queries.consents_for(actor(self.request))

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        typed = dict(serializer.validated_data)
        given = {"purpose": Purpose(typed["purpose"]), "told": Told(typed["told"]), "why": typed["note"]}
        serializer.instance = consent.note(person=typed["person"], given=typed["given"], **given, by=actor(self.request), at=clock.now())


routes = [("contacts", ContactViewSet), ("consents", ConsentViewSet)]
