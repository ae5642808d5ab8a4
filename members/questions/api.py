"""The question desk over the API: what waits and what became of it, answering, setting aside, taking on; several in one request."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.groups import access
from groupops.groups.api.common import actor
from groupops.inbound.models import StoredEvent
from groupops.shared import clock
from groupops.shared.api import ManySerializer, StrictSerializer
from groupops.shared.intake import LARGEST_ID
from members.asking import Cue, How, QuestionState
from members.models import Question
from members.models.questions import ANSWER_LENGTH
from members.questions import answering, marking, queries
from members.questions import services as questions
from members.questions.filters import QuestionFilter
from members.questions.services import Many

MOST = 200


class QuestionSerializer(StrictSerializer):
    """A question of a member. `text` is empty once the message is no longer kept; `waited` is in seconds of waking time."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    member = serializers.IntegerField(source="membership_id", read_only=True)
    name = serializers.CharField(source="membership.person.name", read_only=True)
    text = serializers.SerializerMethodField()
    cue = serializers.ChoiceField(choices=Cue.choices, read_only=True)
    asked_at = serializers.DateTimeField(read_only=True)
    times = serializers.IntegerField(read_only=True)
    due_at = serializers.DateTimeField(read_only=True)
    state = serializers.ChoiceField(choices=QuestionState.choices, read_only=True)
    how = serializers.ChoiceField(choices=How.choices, read_only=True)
    answered_at = serializers.DateTimeField(read_only=True, allow_null=True)
    answered_by = serializers.IntegerField(source="answered_by_id", read_only=True, allow_null=True, help_text="A member.")
    waited = serializers.IntegerField(read_only=True, allow_null=True)
    reply = serializers.IntegerField(source="reply_id", read_only=True, allow_null=True, help_text="An answer of ours, on its way or said.")
    taken_by = serializers.IntegerField(source="taken_by_id", read_only=True, allow_null=True)
    settled_by = serializers.IntegerField(source="settled_by_id", read_only=True, allow_null=True)

    def get_text(self, row: Question) -> str:
        """What was asked."""
        return row.event.text if row.event else ""


class QuestionsSerializer(StrictSerializer):
    """Questions by their ids."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), min_length=1, max_length=MOST)


class AnswerSerializer(QuestionsSerializer):
    """One text for several questions: said once in each of their groups, to those who asked."""

    text = serializers.CharField(max_length=ANSWER_LENGTH)


class MessageSerializer(StrictSerializer):
    """A message of a group, by the number of its event."""

    event = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class Questions(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Question]):
    """The questions of the groups one sees, the newest first."""

    queryset = Question.objects.none()
    serializer_class = QuestionSerializer
    filterset_class = QuestionFilter
    keyset = ("asked_at", "id")

    def get_queryset(self) -> QuerySet[Question]:
        """What the user may see."""
        return queries.questions_for(actor(self.request))

    @extend_schema(request=AnswerSerializer, responses=ManySerializer, filters=False)
    @action(detail=False, methods=["post"])
    def answer(self, request: Request) -> Response:
        """Answer; they count as answered when it has been said. A 409 where none of them waits for an answer of the caller's."""
        given, rows = self._given(AnswerSerializer(data=request.data))
        return _many(given["ids"], answering.answer(questions=rows, text=given["text"], by=actor(request), at=clock.now()))

    @extend_schema(request=MessageSerializer, responses={201: QuestionSerializer}, filters=False)
    @action(detail=False, methods=["post"])
    def mark(self, request: Request) -> Response:
        """A message that was not taken for a question is one."""
        given = MessageSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seen = StoredEvent.objects.filter(group__in=access.visible_to(actor(request)), pk=given.validated_data["event"])
        event = get_object_or_404(seen.select_related("group__kind"))
        row = marking.mark(event=event, by=actor(request), at=clock.now())
        return Response(QuestionSerializer(self.get_queryset().get(pk=row.pk)).data, status=201)

    @extend_schema(request=QuestionsSerializer, responses=ManySerializer, filters=False)
    @action(detail=False, methods=["post"])
    def answered(self, request: Request) -> Response:
        """They were answered elsewhere."""
        return self._each(request, lambda rows, **who: questions.settle(questions=rows, how=How.STAFF, **who))

    @extend_schema(request=QuestionsSerializer, responses=ManySerializer, filters=False)
    @action(detail=False, methods=["post"])
    def dismiss(self, request: Request) -> Response:
        """They are no questions."""
        return self._each(request, lambda rows, **who: questions.settle(questions=rows, how=How.MISJUDGED, **who))

    @extend_schema(request=QuestionsSerializer, responses=ManySerializer, filters=False)
    @action(detail=False, methods=["post"])
    def reopen(self, request: Request) -> Response:
        """They wait for an answer after all: takes `answered` and `dismiss` back."""
        return self._each(request, lambda rows, **who: questions.reopen(questions=rows, **who))

    @extend_schema(request=QuestionsSerializer, responses=ManySerializer, filters=False)
    @action(detail=False, methods=["post"])
    def take(self, request: Request) -> Response:
        """The caller answers them; takes over what another has taken on."""
        return self._each(request, lambda rows, **who: questions.take(questions=rows, **who))

    @extend_schema(request=QuestionsSerializer, responses=ManySerializer, filters=False)
    @action(detail=False, methods=["post"], url_path="put-back", url_name="put-back")
    def put_back(self, request: Request) -> Response:
        """Let somebody else answer them."""
        return self._each(request, lambda rows, **who: questions.put_back(questions=rows, **who))

    def _each(self, request: Request, work: Callable[..., Many]) -> Response:
        given, rows = self._given(QuestionsSerializer(data=request.data))
        return _many(given["ids"], work(rows, by=actor(request), at=clock.now()))

    def _given(self, given: QuestionsSerializer) -> tuple[dict[str, Any], list[Question]]:
        given.is_valid(raise_exception=True)
        rows = self.get_queryset().filter(pk__in=given.validated_data["ids"]).order_by("asked_at", "pk")
        return given.validated_data, list(rows)


def _many(ids: list[int], result: Many) -> Response:
    """Foreign questions look absent."""
    skipped = [{"id": row.pk, "why": str(why)} for row, why in result.skipped]
    found = {row.pk for row in result.done} | {row.pk for row, _why in result.skipped}
    absent = [{"id": pk, "why": gettext("There is nothing here.")} for pk in dict.fromkeys(ids) if pk not in found]
    return Response({"done": [row.pk for row in result.done], "skipped": skipped + absent})


routes = [("questions", Questions)]
