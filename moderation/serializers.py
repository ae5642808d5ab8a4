"""Serializers that several rooms of moderation share: a place, and a rule as it is written."""

from typing import Any

from rest_framework import serializers

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.models import Group, Kind
from groupops.shared.api import StrictSerializer
from moderation.detection.rules import RuleKind
from moderation.models import WordList
from moderation.policy import Offence, RuleState, Severity


class PlaceSerializer(StrictSerializer):
    """One group, a kind of groups, or (neither) every group. Foreign groups are as absent ones: see `seen_by`."""

    group = serializers.PrimaryKeyRelatedField(queryset=Group.objects.none(), allow_null=True, default=None)
    kind = serializers.PrimaryKeyRelatedField(queryset=Kind.objects.all(), allow_null=True, default=None)

    def seen_by(self, user: User) -> None:
        """To be called before it is asked whether it is valid: the groups that may be named."""
        self.fields["group"].queryset = access.visible_to(user)  # type: ignore[attr-defined]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One place."""
        if attrs.get("group") and attrs.get("kind"):
            raise serializers.ValidationError({"kind": ["a group or a kind, not both"]})
        return attrs


class ModerationRuleSerializer(PlaceSerializer):
    """A rule. `sort` is what it looks for, `settings` what that sort can be told; neither group nor kind: every group."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=60)
    sort = serializers.ChoiceField(choices=[(one.value, one.value) for one in RuleKind])
    offence = serializers.ChoiceField(choices=[one for one in Offence.choices if one[0] != Offence.BARRED])
    severity = serializers.ChoiceField(choices=Severity.choices, default=Severity.NORMAL)
    state = serializers.ChoiceField(choices=RuleState.choices, read_only=True)
    certain = serializers.BooleanField(default=False)
    removes_alone = serializers.BooleanField(default=False)
    explanation = serializers.CharField(max_length=300, allow_blank=True, default="")
    exempt_labels = serializers.CharField(max_length=200, allow_blank=True, default="")
    from_hour = serializers.IntegerField(min_value=0, max_value=23, default=0)
    until_hour = serializers.IntegerField(min_value=0, max_value=24, default=0)
    starts_at = serializers.DateTimeField(allow_null=True, default=None)
    ends_at = serializers.DateTimeField(allow_null=True, default=None)
    settings = serializers.DictField(default=dict)
    lists = serializers.PrimaryKeyRelatedField(queryset=WordList.objects.all(), many=True, default=list)
    version = serializers.IntegerField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """And an end after the beginning."""
        attrs = super().validate(attrs)
        if attrs.get("starts_at") and attrs.get("ends_at") and attrs["ends_at"] <= attrs["starts_at"]:
            raise serializers.ValidationError({"ends_at": ["not after starts_at"]})
        return attrs
