"""People and tokens over the API."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.accounts import queries
from groupops.accounts import services as accounts
from groupops.accounts.forms import zones
from groupops.accounts.middleware import actor
from groupops.accounts.models import ApiToken, User
from groupops.accounts.policy import Role, Scope, Theme
from groupops.accounts.services.allowed import demand_right
from groupops.accounts.sure import demand_sure
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.errors import Forbidden

PK = OpenApiParameter("id", OpenApiTypes.STR, OpenApiParameter.PATH, description="A number, or `me`")


class UserSerializer(serializers.ModelSerializer[User]):
    """Somebody who can log in."""

    class Meta:
        model = User
        fields = ("id", "username", "name", "email", "role", "is_active", "language", "theme", "zone", "last_login")
        read_only_fields = fields


class InviteSerializer(StrictSerializer):
    """Somebody new."""

    username = serializers.CharField(max_length=150, validators=[User.username_validator])
    name = serializers.CharField(max_length=60, allow_blank=True, default="")
    email = serializers.EmailField(allow_blank=True, default="")
    role = serializers.ChoiceField(Role.choices)


class ChangeSerializer(StrictSerializer):
    """What a founder changes of a person; every field may be left out."""

    name = serializers.CharField(max_length=60, allow_blank=True, required=False)
    email = serializers.EmailField(allow_blank=True, required=False)
    role = serializers.ChoiceField(Role.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class OwnSerializer(StrictSerializer):
    """What everybody changes of themselves."""

    name = serializers.CharField(max_length=60, allow_blank=True, required=False)
    email = serializers.EmailField(allow_blank=True, required=False)
    language = serializers.ChoiceField([("", ""), *settings.LANGUAGES], required=False)
    theme = serializers.ChoiceField(Theme.choices, required=False)
    zone = serializers.CharField(max_length=40, required=False)

    def validate_zone(self, name: str) -> str:
        """A zone of the zone database."""
        if name not in zones():
            raise serializers.ValidationError(_("There is no such time zone. Try a city, like Asia/Shanghai."))
        return name


class LinkSerializer(serializers.Serializer[Any]):
    """A person, and the one-time link on which they choose a password."""

    person = UserSerializer()
    link = serializers.URLField()


class PeopleViewSet(GenericViewSet[User]):
    """People and roles. Everybody reads and changes themselves as `me`; the rest is a founder's."""

    queryset = User.objects.none()
    serializer_class = UserSerializer
    lookup_value_regex = "me|[0-9]{1,18}"
    keyset = ("username", "id")
    keyset_descending = False

    def get_queryset(self) -> QuerySet[User]:
        """Everybody, for those who manage people."""
        demand_right(actor(self.request))
        return queries.people()

    @extend_schema(responses=UserSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Everybody who can log in."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(UserSerializer(page, many=True).data)

    @extend_schema(parameters=[PK], responses=UserSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One person, or `me`."""
        return Response(UserSerializer(self._who(request, pk)).data)

    @extend_schema(request=InviteSerializer, responses={201: LinkSerializer})
    def create(self, request: Request) -> Response:
        """Invite somebody. The answer carries the link to give them."""
        demand_right(actor(request))
        demand_sure(request)
        values = _read(InviteSerializer, request)
        user = accounts.invite(by=actor(request), at=clock.now(), **values)
        return _with_link(user, accounts.invitation_token(user), status.HTTP_201_CREATED)

    @extend_schema(parameters=[PK], request=ChangeSerializer, responses=UserSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change name, e-mail, role or activity of a person; of `me` name, e-mail, language, theme and zone."""
        user = self._who(request, pk)
        if pk == "me":
            accounts.set_preferences(user=actor(request), at=clock.now(), **_read(OwnSerializer, request))
        else:
            demand_sure(request)
            accounts.update_user(user=user, by=actor(request), at=clock.now(), **_read(ChangeSerializer, request))
        user.refresh_from_db()
        return Response(UserSerializer(user).data)

    @extend_schema(request=None, responses=LinkSerializer)
    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: str) -> Response:
        """A new one-time link on which the person chooses a password."""
        demand_right(actor(request))
        demand_sure(request)
        user = self._who(request, pk)
        return _with_link(user, accounts.make_link(user=user, by=actor(request), at=clock.now()), status.HTTP_200_OK)

    def _who(self, request: Request, pk: str) -> User:
        if pk == "me":
            return User.objects.get(username=actor(request).username)
        self.kwargs["pk"] = pk
        return self.get_object()


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token without its text."""

    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "scope", "created_at", "expires_at", "last_used_at")
        read_only_fields = fields


class NewTokenSerializer(StrictSerializer):
    """A token to be made."""

    name = serializers.CharField(max_length=60)
    scope = serializers.ChoiceField(Scope.choices)
    expires_at = serializers.DateTimeField(allow_null=True, default=None)

    def validate_expires_at(self, value: Any) -> Any:
        """In the future."""
        if value is not None and value <= clock.now():
            raise serializers.ValidationError(_("This moment is past."))
        return value


class MadeTokenSerializer(serializers.Serializer[Any]):
    """A token and its text, which is shown this once."""

    token = TokenSerializer()
    text = serializers.CharField()


class TokenViewSet(GenericViewSet[ApiToken]):
    """One's own API tokens."""

    queryset = ApiToken.objects.none()
    serializer_class = TokenSerializer
    lookup_value_regex = "[0-9]{1,18}"
    keyset = ("created_at", "id")

    def get_queryset(self) -> QuerySet[ApiToken]:
        """One's own, not revoked."""
        return queries.tokens_of(actor(self.request))

    @extend_schema(responses=TokenSerializer(many=True))
    def list(self, request: Request) -> Response:
        """One's own tokens, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(TokenSerializer(page, many=True).data)

    @extend_schema(request=NewTokenSerializer, responses={201: MadeTokenSerializer})
    def create(self, request: Request) -> Response:
        """Make a token. Only from a browser session: a token cannot outlive itself by making another."""
        if isinstance(request.auth, ApiToken):
            raise Forbidden(_("A token cannot make another token. Log in and make it on the page of your profile."))
        demand_sure(request)
        token, text = accounts.create_token(user=actor(request), at=clock.now(), **_read(NewTokenSerializer, request))
        return Response({"token": TokenSerializer(token).data, "text": text}, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke a token."""
        accounts.revoke_token(token=self.get_object(), by=actor(request), at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class SessionSerializer(serializers.ModelSerializer[UserSession]):
    """A browser in which somebody is logged in."""

    address = serializers.CharField(source="ip", read_only=True)
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = UserSession
        fields = ("id", "address", "user_agent", "created_at", "last_seen_at", "is_current")
        read_only_fields = fields

    def get_is_current(self, row: UserSession) -> bool:
        """Whether this very call came with it."""
        return bool(row.session_key == self.context["request"].session.session_key)


class SessionViewSet(GenericViewSet[UserSession]):
    """The browsers in which one is logged in."""

    queryset = UserSession.objects.none()
    serializer_class = SessionSerializer
    lookup_value_regex = "[0-9]{1,18}"
    keyset = ("last_seen_at", "id")

    def get_queryset(self) -> "QuerySet[UserSession]":
        """One's own."""
        return queries.sessions_of(actor(self.request), at=clock.now())

    @extend_schema(responses=SessionSerializer(many=True))
    def list(self, request: Request) -> Response:
        """One's own sessions, the one seen last first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Log one browser out."""
        accounts.end_session(session=self.get_object(), by=actor(request), at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _read(kind: type[StrictSerializer], request: Request) -> dict[str, Any]:
    form = kind(data=request.data)
    form.is_valid(raise_exception=True)
    values: dict[str, Any] = form.validated_data
    return values


def _with_link(user: User, token: str, code: int) -> Response:
    link = settings.PUBLIC_URL + reverse("invitation", args=[token])
    return Response({"person": UserSerializer(user).data, "link": link}, status=code)


routes = [("people", PeopleViewSet), ("tokens", TokenViewSet), ("sessions", SessionViewSet)]
