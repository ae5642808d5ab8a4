"""What the API says of runs, cases, leaves and colleagues."""

from rest_framework import serializers

from groupops.accounts.models import User
from groupops.shared.api import StrictSerializer
from groupops.shared.intake import LARGEST_ID
from members.models import Person
from members.sweep.views import ACTS
from members.sweeping import Blocked, CaseState, Mode

MOST = 200


class SweepRunSerializer(StrictSerializer):
    """A look at a group. `blocked` says why it proposes nobody; `asking_at` null: a report only."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    week = serializers.DateField(read_only=True)
    mode = serializers.ChoiceField(choices=Mode.choices, read_only=True)
    at = serializers.DateTimeField(read_only=True)
    silent_before = serializers.DateTimeField(read_only=True)
    blocked = serializers.ChoiceField(choices=Blocked.choices, read_only=True)
    gap_from = serializers.DateField(read_only=True, allow_null=True)
    gap_to = serializers.DateField(read_only=True, allow_null=True)
    members = serializers.IntegerField(read_only=True)
    unknown = serializers.IntegerField(read_only=True)
    silent = serializers.IntegerField(read_only=True)
    exempt = serializers.IntegerField(read_only=True)
    asking_at = serializers.DateTimeField(read_only=True, allow_null=True)


class SweepStartSerializer(StrictSerializer):
    """Which group to look at now."""

    group = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class SweepAskedSerializer(StrictSerializer):
    """How many people are being asked."""

    asked = serializers.IntegerField(read_only=True)


class SweepCaseSerializer(StrictSerializer):
    """A silent member in a run; `exempt` lists the codes of what exempts them."""

    id = serializers.IntegerField(read_only=True)
    run = serializers.IntegerField(source="run_id", read_only=True)
    group = serializers.IntegerField(source="run.group_id", read_only=True)
    member = serializers.IntegerField(source="membership_id", read_only=True)
    person = serializers.IntegerField(source="membership.person_id", read_only=True)
    name = serializers.CharField(source="membership.person.name", read_only=True)
    last_spoke_at = serializers.DateTimeField(read_only=True)
    days = serializers.IntegerField(read_only=True)
    exempt = serializers.ListField(child=serializers.CharField(), source="codes", read_only=True)
    state = serializers.ChoiceField(choices=CaseState.choices, read_only=True)
    state_at = serializers.DateTimeField(read_only=True)
    asked_at = serializers.DateTimeField(read_only=True, allow_null=True)
    grace_until = serializers.DateTimeField(read_only=True, allow_null=True)
    approved_by = serializers.IntegerField(source="approved_by_id", read_only=True, allow_null=True)
    needs_second = serializers.BooleanField(read_only=True)
    second_by = serializers.IntegerField(source="second_by_id", read_only=True, allow_null=True)
    removed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    why = serializers.CharField(read_only=True)


class SweepActSerializer(StrictSerializer):
    """One decision about several silent members; `why` is needed for "spare"."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), min_length=1, max_length=MOST)
    do = serializers.ChoiceField(choices=[(name, name) for name in ACTS])
    why = serializers.CharField(max_length=300, required=False, default="")


class LeaveSerializer(StrictSerializer):
    """A member on leave; `by` null: the member said so. `ended_at`: taken back, or replaced."""

    id = serializers.IntegerField(read_only=True)
    member = serializers.IntegerField(source="membership_id", min_value=1, max_value=LARGEST_ID)
    since = serializers.DateTimeField(read_only=True)
    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")
    by = serializers.IntegerField(source="by_id", read_only=True, allow_null=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ColleagueSerializer(StrictSerializer):
    """A person in the chat who is one of us; `user` null takes that back."""

    id = serializers.IntegerField(read_only=True)
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    user = serializers.PrimaryKeyRelatedField(queryset=User.objects.filter(is_active=True), allow_null=True)
    at = serializers.DateTimeField(read_only=True)
