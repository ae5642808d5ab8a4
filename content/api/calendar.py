"""The calendar over the API: what its grid shows, for any days up to 62."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from content.calendar import LONGEST, Window, spread
from content.calendar.days import notes, themes, unpublished
from content.calendar.wire import Addresses, plain
from content.forms.calendar import STATES, CalendarFilter, SpanForm
from content.models import Post
from content.policy import PostKind
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.api.common import actor
from groupops.shared import clock

ASKED = [
    OpenApiParameter("since", str, required=True, description="First day, on the wall clock of the user's zone."),
    OpenApiParameter("until", str, required=True, description=f"Last day; at most {LONGEST} days."),
    OpenApiParameter("group", int, description="One group; without it all that the user may see."),
    OpenApiParameter("kind", int, description="A kind of groups."),
    OpenApiParameter("post", str, enum=PostKind.values, description="A kind of post."),
    OpenApiParameter("state", str, enum=[state for state, _label in STATES]),
]


class CalendarEntrySerializer(serializers.Serializer[Any]):
    """One thing at one moment. The same title and kind in many groups at the same moment is one entry; then `group` is null."""

    key = serializers.CharField()
    due_at = serializers.DateTimeField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=PostKind.choices)
    source = serializers.CharField(help_text="slot, post or plan: what a rule promises and is no row yet.")  # type: ignore[assignment]
    state = serializers.CharField(help_text="Of the group that needs a person most.")
    label = serializers.CharField()  # type: ignore[assignment]
    colour = serializers.CharField()
    why = serializers.CharField(help_text="A code: why it was, or as things stand will be, skipped or missed; mostly empty.")
    states = serializers.DictField(child=serializers.IntegerField(), help_text="How many groups in which state.")
    count = serializers.IntegerField(help_text="How many groups.")
    group = serializers.IntegerField(allow_null=True)
    group_name = serializers.CharField()
    slot = serializers.IntegerField(allow_null=True)
    post = serializers.IntegerField(allow_null=True)
    schedule = serializers.IntegerField(allow_null=True, help_text="Of a plan.")
    day = serializers.DateField(allow_null=True, help_text="The local day of the group, of a slot or plan.")
    url = serializers.CharField()
    movable = serializers.BooleanField(help_text="Whether the user could move it now.")


class DayNoteSerializer(serializers.Serializer[Any]):
    """A day that is more than its weekday."""

    day = serializers.DateField()
    mark = serializers.CharField(help_text="休 on a public holiday, 班 on a make-up workday.")
    name = serializers.CharField(help_text="The festivals of the day.")
    theme = serializers.CharField(help_text="What the day is about; of several groups the commonest theme, and how many more.")


class SpreadSerializer(serializers.Serializer[Any]):
    """The days asked for."""

    zone = serializers.CharField(help_text="The zone in which the days begin.")
    truncated = serializers.BooleanField(help_text="There was more than a calendar can show: filter.")
    unpublished = serializers.ListField(child=serializers.IntegerField(), help_text="Years whose make-up days are not published yet.")
    days = DayNoteSerializer(many=True)
    entries = CalendarEntrySerializer(many=True)


class CalendarViewSet(viewsets.GenericViewSet[Post]):
    """What is said when in the groups one may see: slots, posts, and what the rules promise."""

    queryset = Post.objects.none()
    serializer_class = SpreadSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(parameters=ASKED, responses=SpreadSerializer)
    def list(self, request: Request) -> Response:
        """The entries of at most 62 days, by time."""
        user, at, zone = actor(request), clock.now(), timezone.get_current_timezone_name()
        filters = CalendarFilter(request.query_params, groups=access.visible_to(user, sandboxes=True))
        span = SpanForm(request.query_params)
        if not filters.is_valid() or not span.is_valid():
            raise ValidationError({name: list(map(str, said)) for name, said in (filters.errors | span.errors).items()})
        window: Window = filters.window(user, span.cleaned_data["since"], span.cleaned_data["until"], zone)
        found = spread(window, at=at)
        writable = set(access.groups_with(user, GroupRight.CONTENT, sandboxes=True).values_list("pk", flat=True))
        addresses = Addresses(filters.kept)
        return Response({
            "zone": zone,
            "truncated": found.truncated,
            "unpublished": unpublished(window.days),
            "days": [asdict(note) for note in notes(window.days, themes(window.groups, window.days)).values()],
            "entries": [plain(entry, addresses, writable, at) for entry in found.entries],
        })  # fmt: skip
