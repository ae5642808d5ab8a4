"""What the endpoints of the messaging share."""

from django.utils.translation import gettext
from rest_framework import serializers

from groupops.shared.api import StrictSerializer


class LineField(serializers.CharField):
    """A line of the machine, in the language of the request."""

    def to_representation(self, value: str) -> str:
        """Translated."""
        return gettext(value) if value else ""


class NothingSerializer(StrictSerializer):
    """No fields."""
