"""What the endpoints of the content share."""

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from content.forms import FIRST, LAST
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.api.common import WeekdaysField as WeekdaysField
from groupops.groups.api.common import actor
from groupops.groups.models import Group
from groupops.shared.api import StrictSerializer

BOUNDS = [MinValueValidator(FIRST), MaxValueValidator(LAST)]


class DaySerializer(StrictSerializer):
    """One local day."""

    day = serializers.DateField(validators=BOUNDS)


def read(serializer: StrictSerializer) -> dict[str, Any]:
    """What a serializer was given. Raises ValidationError."""
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def read_change(serializer: StrictSerializer) -> dict[str, Any]:
    """`read`, of a change: it must carry the version that was read. Raises ValidationError."""
    values = read(serializer)
    if "version" not in values:
        raise serializers.ValidationError({"version": [_("Say which version you have read.")]})
    return values


def day_of(request: Request) -> date:
    """The local day in the body. Raises ValidationError."""
    day: date = read(DaySerializer(data=request.data))["day"]
    return day


def writable(request: Request, pk: int) -> Group:
    """The group, if the caller may plan content there. Raises Http404, Forbidden."""
    return access.group_for(actor(request), pk, GroupRight.CONTENT)
