"""Rehearsals over the API: asking for one, how far it is, what came out, its cases."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, Kind
from groupops.shared import clock
from groupops.shared.api import KeysetPagination, StrictSerializer
from groupops.shared.intake import LARGEST_ID
from groupops.shared.masking import masked
from moderation.models import Rehearsal, RehearsedCase, Rule
from moderation.models.rehearsals import MOST_DAYS, Compared, RunState, Which
from moderation.policy import CaseState, Held, Offence, in_words
from moderation.queries.rules import visible_rules
from moderation.rehearsals import queries, trying
from moderation.rehearsals import services as rehearsing
from moderation.serializers import ModerationRuleSerializer


class RehearsalResultSerializer(StrictSerializer):
    """What came out. `numbers` sums it up by rule, by step and by why a person decides; steps count from 0."""

    since = serializers.DateTimeField(read_only=True)
    until = serializers.DateTimeField(read_only=True)
    kept_since = serializers.DateTimeField(read_only=True, allow_null=True, help_text="What was said before has no text any more.")
    messages = serializers.IntegerField(read_only=True)
    without_text = serializers.IntegerField(read_only=True)
    rules = serializers.JSONField(read_only=True)
    ladders = serializers.JSONField(read_only=True)
    numbers = serializers.JSONField(read_only=True)
    cut = serializers.IntegerField(read_only=True, help_text="Cases that are counted but not listed.")


class RehearsalSerializer(StrictSerializer):
    """A rehearsal; without group and kind it is about every group.

    Beside the stored rules `which`, or in their place, it runs what nobody saved: `drafts` as moderation-rules takes them, `values` of the
    stored `rule` otherwise, other ladders, caps and times in `ladder` as the policy moderation.ladders. What is left out of `values` and
    `ladder` is as it counts now. `change` tells what was tried: which rule, drafts by name, the ladders. What they look for is for those
    who may see rules.
    """

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", min_value=1, max_value=LARGEST_ID, required=False, allow_null=True)
    kind = serializers.IntegerField(source="kind_id", min_value=1, max_value=LARGEST_ID, required=False, allow_null=True)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS)
    which = serializers.ChoiceField(choices=Which.choices, default=Which.LIVE)
    rule = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, write_only=True, required=False)
    values = serializers.DictField(write_only=True, required=False)
    drafts = ModerationRuleSerializer(many=True, write_only=True, required=False)
    ladder = serializers.DictField(write_only=True, required=False)
    change = serializers.SerializerMethodField()
    at = serializers.DateTimeField(read_only=True)
    state = serializers.ChoiceField(choices=RunState.choices, read_only=True)
    done = serializers.IntegerField(read_only=True)
    total = serializers.IntegerField(read_only=True)
    why = serializers.CharField(read_only=True)
    result = RehearsalResultSerializer(read_only=True, allow_null=True, default=None)

    def get_change(self, row: Rehearsal) -> dict[str, Any]:
        """As the page says it: no words."""
        tried = row.change
        return {"rule": tried.get("rule"), "drafts": [one["name"] for one in tried.get("drafts", [])], "ladder": tried.get("ladder")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A rule with its values, and not too many drafts."""
        if ("rule" in attrs) != ("values" in attrs):
            raise serializers.ValidationError({"values": ["a rule and the values that are tried"]})
        if len(attrs.get("drafts", ())) > trying.MOST:
            raise serializers.ValidationError({"drafts": [f"at most {trying.MOST}"]})
        return attrs


class RehearsedCaseSerializer(StrictSerializer):
    """A case as it would have been, or a real one that would not. The name is masked for who may not see evidence."""

    id = serializers.IntegerField(read_only=True)
    compared = serializers.ChoiceField(choices=Compared.choices, read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    membership = serializers.IntegerField(source="membership_id", read_only=True)
    name = serializers.SerializerMethodField()
    offence = serializers.ChoiceField(choices=Offence.choices, read_only=True)
    rule = serializers.IntegerField(source="rule_id", read_only=True, allow_null=True)
    rule_version = serializers.IntegerField(read_only=True, allow_null=True)
    draft = serializers.IntegerField(read_only=True, allow_null=True, help_text="The how-manieth of the drafts, from 1.")
    state = serializers.ChoiceField(choices=CaseState.choices, read_only=True)
    held = serializers.ChoiceField(choices=Held.choices, read_only=True)
    step = serializers.IntegerField(read_only=True, allow_null=True)
    acts = serializers.CharField(read_only=True)
    follows = serializers.SerializerMethodField(help_text="The acts in words of the reader's language.")
    at = serializers.DateTimeField(read_only=True)
    messages = serializers.IntegerField(read_only=True)
    real = serializers.IntegerField(source="real_id", read_only=True, allow_null=True)

    def get_follows(self, row: RehearsedCase) -> str:
        """As the page says it."""
        return in_words(row.acts)

    def get_name(self, row: RehearsedCase) -> str:
        """As the reader may know it."""
        name: str = row.membership.person.name
        return name if row.group_id in self.context["readable"] else masked(name)


class RehearsalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Rehearsal]):
    """Rehearsals that the caller may see, the newest first."""

    queryset = Rehearsal.objects.none()
    serializer_class = RehearsalSerializer
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[Rehearsal]:
        """As on the page."""
        return queries.rehearsals_for(actor(self.request))

    def create(self, request: Request) -> Response:
        """Have rules run, stored or not; read it again until its state is done."""
        by = actor(request)
        given = RehearsalSerializer(data=request.data)
        given.fields["drafts"].child.seen_by(by)  # type: ignore[attr-defined]
        given.is_valid(raise_exception=True)
        data = given.validated_data
        group = access.group_for(by, data["group_id"], GroupRight.MODERATE) if data.get("group_id") else None
        kind = Kind.objects.filter(pk=data.get("kind_id")).first()
        change = _change(data, group, kind, by)
        row = rehearsing.ask(group=group, kind=kind, days=data["days"], which=data["which"], change=change, by=by, at=clock.now())
        return Response(RehearsalSerializer(row).data, status=201)

    @extend_schema(responses=RehearsedCaseSerializer(many=True))
    @action(detail=True, methods=["get"])
    def cases(self, request: Request, pk: Any = None) -> Response:
        """Its cases, the newest first."""
        user, pages = actor(request), KeysetPagination()
        rows = pages.paginate_queryset(queries.cases_of(self.get_object(), user), request, self)
        readable = queries.may_read(user, {row.group_id: row.group for row in rows}.values())  # type: ignore[attr-defined]
        return pages.get_paginated_response(RehearsedCaseSerializer(rows, many=True, context={"readable": readable}).data)


def _change(data: dict[str, Any], group: Group | None, kind: Kind | None, by: User) -> dict[str, Any]:
    """What is tried, checked by what checks it when it is saved."""
    change: dict[str, Any] = {}
    if "rule" in data:
        rule = get_object_or_404(visible_rules(by).prefetch_related("lists"), pk=data["rule"])
        change |= trying.of_rule(rule, _values(rule, data["values"]))
    if drafts := data.get("drafts"):
        change["drafts"] = [trying.of_draft(one, one["lists"]) for one in drafts]
    if "ladder" in data:
        change["ladder"] = trying.of_ladder(data["ladder"], group=group, kind=kind)
    return change


def _values(rule: Rule, asked: dict[str, Any]) -> dict[str, Any]:
    """What of a stored rule is tried otherwise; settings that are left out stay."""
    if unknown := set(asked) - set(queries.TRIED):
        raise serializers.ValidationError({"values": [f"not to be tried: {', '.join(sorted(unknown))}"]})
    given = ModerationRuleSerializer(data=asked, partial=True)
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    return values | {"settings": rule.settings | values.get("settings", {})}


routes: list[tuple[str, Any]] = [("rehearsals", RehearsalViewSet)]
