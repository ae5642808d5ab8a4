"""API tokens: who calls, and whether the token's scope allows it."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from groupops.accounts import services as accounts
from groupops.accounts.models import ApiToken, User
from groupops.accounts.policy import Scope
from groupops.shared import clock
from groupops.shared.http import client_address

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time this module is imported while views is


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer gops_…`"""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's user; None lets the session answer; a bad token is refused."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        text = parts[1].decode("latin-1") if len(parts) == 2 else ""
        token = ApiToken.objects.select_related("user").filter(digest=accounts.token_digest(text)).first()
        at = clock.now()
        if token is None or not token.is_live(at) or not token.user.is_active:
            raise AuthenticationFailed(_("This API token is unknown, expired or revoked."))
        accounts.note_use(token=token, at=at)
        token.user.request_source = f"api {token.prefix} {client_address(request._request)}"
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401 instead of 403."""
        return "Bearer"


class HasScope(BasePermission):
    """A logged-in user; a token that writes needs the write scope. Rights on objects are asked of groups.access."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Deny by default."""
        if not request.user.is_authenticated:
            return False
        return not isinstance(request.auth, ApiToken) or request.method in SAFE_METHODS or request.auth.scope == Scope.WRITE
