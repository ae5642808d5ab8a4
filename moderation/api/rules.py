"""Rules and word lists over the API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.groups.policy import Scope
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.errors import Invalid
from moderation.models import Rule, WordList
from moderation.policy import RuleState
from moderation.queries.rules import lists_for, visible_rules
from moderation.serializers import ModerationRuleSerializer
from moderation.services import ruling


class RuleMoveSerializer(StrictSerializer):
    """Where a rule goes."""

    to = serializers.ChoiceField(choices=RuleState.choices)


class WordListSerializer(StrictSerializer):
    """A list: `words` one a line, `word<Tab>category`; or CSV or JSON, as the page takes."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=60)
    category = serializers.CharField(max_length=60, allow_blank=True, default="")
    words = serializers.CharField(max_length=ruling.LONGEST_LIST, allow_blank=True, trim_whitespace=False)
    version = serializers.IntegerField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)


class RuleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Rule]):
    """The rules that the caller may see, the newest first."""

    queryset = Rule.objects.none()
    serializer_class = ModerationRuleSerializer
    filterset_fields = ("state", "sort", "offence", "group")
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Rule]:
        """As the page."""
        return visible_rules(actor(self.request)).prefetch_related("lists")

    @extend_schema(request=ModerationRuleSerializer, responses={201: ModerationRuleSerializer})
    def create(self, request: Request) -> Response:
        """A draft."""
        return Response(ModerationRuleSerializer(self._save(request, None)).data, status=201)

    @extend_schema(request=ModerationRuleSerializer, responses=ModerationRuleSerializer)
    def update(self, request: Request, pk: Any = None) -> Response:
        """The whole rule anew, which is a new version."""
        return Response(ModerationRuleSerializer(self._save(request, self.get_object())).data)

    def _save(self, request: Request, row: Rule | None) -> Rule:
        given = ModerationRuleSerializer(data=request.data)
        given.seen_by(actor(request))
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        lists = data.pop("lists")
        scope = Scope.GROUP if data["group"] else Scope.KIND if data["kind"] else Scope.SITE
        if row is not None and data["sort"] != row.sort:
            raise Invalid("a rule keeps its sort", field="sort")
        saved = ruling.save_rule(rule=row, values=data | {"scope": scope}, word_lists=lists, by=actor(request), at=clock.now())
        return self.get_queryset().get(pk=saved.pk)

    @extend_schema(request=RuleMoveSerializer, responses=ModerationRuleSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: Any = None) -> Response:
        """Draft, rehearsal, live, off."""
        given = RuleMoveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        to = RuleState(given.validated_data["to"])
        moved = ruling.move_rule(rule=self.get_object(), to=to, by=actor(request), at=clock.now())
        return Response(ModerationRuleSerializer(moved).data)


class WordListViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[WordList]):
    """Word lists, for those who run the site; `words` is the file that the page exports."""

    queryset = WordList.objects.none()
    serializer_class = WordListSerializer
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[WordList]:
        """Nobody else has a list."""
        return lists_for(actor(self.request))

    @extend_schema(request=WordListSerializer, responses={201: WordListSerializer})
    def create(self, request: Request) -> Response:
        """Bring a list."""
        return Response(WordListSerializer(self._save(request, None)).data, status=201)

    @extend_schema(request=WordListSerializer, responses=WordListSerializer)
    def update(self, request: Request, pk: Any = None) -> Response:
        """Replace it."""
        return Response(WordListSerializer(self._save(request, self.get_object())).data)

    def _save(self, request: Request, row: WordList | None) -> WordList:
        given = WordListSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        saved, _left_out = ruling.save_list(word_list=row, **given.validated_data, by=actor(request), at=clock.now())
        return saved
