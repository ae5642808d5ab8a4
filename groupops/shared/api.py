"""What every API endpoint shares: problem+json errors, keyset paging, refused unknown fields."""

import math
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from groupops.shared import paging
from groupops.shared.errors import Refused
from groupops.shared.intake import is_unstorable


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: one error shape (RFC 9457); None lets a bug stay a 500."""
    if isinstance(error, Refused):
        set_rollback()
        return _problem(error.status, error.code, str(error.message), {error.field: [str(error.message)]} if error.field else {})
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if is_unstorable(error):
        set_rollback()
        return _problem(400, "unstorable", _("One of the values is too long, too large or contains characters that cannot be stored."), {})
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    return _from_drf(error)


def _from_drf(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return _problem(status.HTTP_422_UNPROCESSABLE_ENTITY, "invalid", _("The request has fields that cannot be accepted."), dict(fields))
    response = _problem(error.status_code, str(error.default_code), str(error.detail), {})
    if isinstance(error, exceptions.Throttled):
        response["Retry-After"] = str(math.ceil(getattr(error, "wait", None) or 60))
    if isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        response["WWW-Authenticate"] = "Bearer"
    return response


def _problem(code: int, name: str, detail: str, fields: dict[Any, Any]) -> Response:
    body: dict[str, Any] = {"type": f"urn:groupops:error:{name}", "title": name, "status": code, "detail": detail}
    if fields:
        body["errors"] = fields
    return Response(body, status=code, content_type="application/problem+json")


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields instead of ignoring them: a typing error must not look like success."""

    def to_internal_value(self, data: Any) -> Any:
        """As DRF's, after the names were checked."""
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError({name: [_("Unknown field.")] for name in sorted(map(str, unknown))})
        return super().to_internal_value(data)


class SkippedSerializer(StrictSerializer):
    """One that was left as it is."""

    id = serializers.IntegerField(read_only=True)
    why = serializers.CharField(read_only=True)


class ManySerializer(StrictSerializer):
    """Of several: what was done, and what not and why."""

    done = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    skipped = SkippedSerializer(many=True, read_only=True)


class KeysetPagination(BasePagination):
    """Pages by position: {"results": [...], "next": url|null, "previous": url|null, "count": "37" or "1,000+"}."""

    max_size = 100

    def paginate_queryset(self, queryset: QuerySet[Model], request: Request, view: APIView | None = None) -> list[Model]:  # type: ignore[override]
        """The rows of the page that `?after=` or `?before=` names; `?limit=` up to 100."""
        wanted = request.query_params.get("limit", "50")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 3 and 1 <= int(wanted) <= self.max_size):
            raise exceptions.ValidationError({"limit": [_("A whole number from 1 to 100.")]})
        size = int(wanted)
        order = getattr(view, "keyset", ("id",))
        descending = getattr(view, "keyset_descending", True)
        self.page = paging.page(queryset, query=request.query_params, order=order, size=size, descending=descending)
        self.base = request.build_absolute_uri(request.path)
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """The envelope of a page."""
        page = self.page
        return Response(
            {
                "results": data,
                "next": self.base + page.older if page.older else None,
                "previous": self.base + page.newer if page.newer else None,
                "count": page.count_label,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The envelope, for the OpenAPI schema."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next", "previous", "count"],
            "properties": {"results": schema, "next": link, "previous": link, "count": {"type": "string", "example": "1,000+"}},
        }
