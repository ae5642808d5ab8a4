"""What the endpoints of the groups share: who calls, and references that only show what the caller may see."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from groupops.accounts.middleware import actor as actor
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.models import Group
from groupops.shared.intake import LARGEST_ID
from groupops.shared.weekdays import mask_of, weekdays_of


@extend_schema_field(OpenApiTypes.INT)
class VisibleGroupField(serializers.PrimaryKeyRelatedField[Group]):
    """A group the caller may see; a foreign one does not exist."""

    def get_queryset(self) -> Any:
        """Deny by default."""
        request = self.context.get("request")
        return access.visible_to(actor(request)) if request and request.user.is_authenticated else Group.objects.none()


@extend_schema_field(OpenApiTypes.INT)
class ActiveUserField(serializers.PrimaryKeyRelatedField[User]):
    """Somebody who can log in."""

    def get_queryset(self) -> Any:
        """Everybody active."""
        return User.objects.filter(is_active=True)


@extend_schema_field({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 7}, "minItems": 1, "maxItems": 7})
class WeekdaysField(serializers.Field[Any, Any, Any, Any]):
    """ISO weekdays, Monday is 1; a mask inside."""

    default_error_messages = {"invalid": _("A list of different whole numbers from 1 (Monday) to 7.")}

    def to_internal_value(self, data: Any) -> int:
        """The mask."""
        if not isinstance(data, list) or not data or any(type(day) is not int or not 1 <= day <= 7 for day in data):
            self.fail("invalid")
        return mask_of(data)

    def to_representation(self, value: int) -> list[int]:
        """The days."""
        return weekdays_of(value)


class OfGroupFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?group=<id>"""

    group = django_filters.NumberFilter(field_name="group", min_value=1, max_value=LARGEST_ID)
