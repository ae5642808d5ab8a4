"""Posts over the API, with the rules of the pages."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from content import queries
from content import services as content
from content.api.common import read, read_change
from content.forms import PostFilter
from content.models import BODY_LENGTH, Post
from content.policy import PostKind, PostState
from content.services.rearranging import rearrange_post
from content.workflow import Act
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.api.common import actor
from groupops.groups.models import KeyMoment
from groupops.shared import clock
from groupops.shared.api import StrictSerializer

MOST = 200  # groups in one call


class PostSerializer(StrictSerializer):
    """A post. Without `due_at` it leaves at once, or as soon as it is approved; placeholders are filled when it leaves."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id")
    slot = serializers.IntegerField(source="slot_id", read_only=True, allow_null=True)
    replaces = serializers.IntegerField(source="replaces_id", read_only=True, allow_null=True)
    bundle = serializers.UUIDField(read_only=True, allow_null=True, help_text="Shared by posts that were written together.")
    title = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=PostKind.choices, default=PostKind.MESSAGE)
    body = serializers.CharField(max_length=BODY_LENGTH)
    due_at = serializers.DateTimeField(allow_null=True, default=None)
    draft = serializers.BooleanField(write_only=True, default=False, help_text="Kept as a draft instead of sent off.")
    state = serializers.ChoiceField(choices=PostState.choices, read_only=True, help_text="approved: held, it does not leave by itself.")
    why = serializers.CharField(read_only=True)
    note = serializers.CharField(read_only=True, help_text="What the reviewer asks for, or the writer tells.")
    approved_by = serializers.IntegerField(source="approved_by_id", read_only=True, allow_null=True)
    released_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="Handed to the outbox: nothing changes it any more.")
    sent_at = serializers.DateTimeField(read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True)


class GroupsSerializer(StrictSerializer):
    """Several groups."""

    groups = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=MOST)


class BundleSerializer(PostSerializer):
    """A post for several groups at once."""

    group = None  # type: ignore[assignment]
    groups = GroupsSerializer().fields["groups"]


class PostChangeSerializer(PostSerializer):
    """A change: what is absent stays as it is. `version` is the one that was read."""

    group = serializers.IntegerField(source="group_id", read_only=True)
    draft = None  # type: ignore[assignment]
    version = serializers.IntegerField()
    whole_bundle = serializers.BooleanField(default=False, write_only=True, help_text="Those of the bundle, too, that still say the same.")


class NoteSerializer(StrictSerializer):
    """A word to the other side; an approval may name the version that was read."""

    note = serializers.CharField(max_length=200, allow_blank=True, default="")
    version = serializers.IntegerField(required=False)


class PostMoveSerializer(StrictSerializer):
    """Another time."""

    due_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    keep = serializers.BooleanField(default=True, help_text="False: what the calendar would ask about is a 422 that says it.")


class TestSerializer(StrictSerializer):
    """In which group's room a test is said."""

    __test__ = False  # pytest would collect it
    room = serializers.IntegerField()


class PostMomentSerializer(GroupsSerializer):
    """The posts of which moment, for which groups."""

    moment = serializers.IntegerField()


class PostViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Post]):
    """What was said, or is to be said, to the groups. Writing drafts needs the right to draft, letting them go out that to plan."""

    queryset = Post.objects.none()
    serializer_class = PostSerializer
    filterset_class = PostFilter
    keyset = ("due_at", "id")

    def get_queryset(self) -> QuerySet[Post]:
        """What the user may see."""
        return queries.posts(actor(self.request))

    def create(self, request: Request) -> Response:
        """Say something once: scheduled, or in review where somebody must approve it."""
        values = read(PostSerializer(data=request.data))
        group = access.group_for(actor(request), values.pop("group_id"), GroupRight.DRAFT)
        made = content.create_post(group=group, **values, by=actor(request), at=clock.now())
        return Response(PostSerializer(made).data, status=201)

    @extend_schema(request=BundleSerializer, responses={201: PostSerializer(many=True)})
    @action(detail=False, methods=["post"])
    def bundle(self, request: Request) -> Response:
        """Say something once in several groups."""
        values = read(BundleSerializer(data=request.data))
        groups = [access.group_for(actor(request), pk, GroupRight.DRAFT) for pk in dict.fromkeys(values.pop("groups"))]
        made = content.create_posts(groups=groups, **values, by=actor(request), at=clock.now())
        return Response(PostSerializer(made, many=True).data, status=201)

    @extend_schema(request=PostMomentSerializer, responses={201: PostSerializer(many=True)})
    @action(detail=False, methods=["post"])
    def propose(self, request: Request) -> Response:
        """Draft the posts that a key moment proposes; a group gets each once, what is new comes back."""
        values = read(PostMomentSerializer(data=request.data))
        groups = [access.group_for(actor(request), pk, GroupRight.DRAFT) for pk in dict.fromkeys(values["groups"])]
        moment = KeyMoment.objects.filter(pk=values["moment"]).first()
        if moment is None:
            raise ValidationError({"moment": ["?"]})
        made = content.draft_moment(moment=moment, groups=groups, by=actor(request), at=clock.now())
        return Response(PostSerializer(made, many=True).data, status=201)

    @extend_schema(request=PostChangeSerializer, responses=PostSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what has not left; the approval of the old text is over. 409 when `version` is not the stored one."""
        found = self._draftable()
        values = read_change(PostChangeSerializer(data=request.data, partial=True))
        kept = {name: getattr(found, name) for name in ("title", "kind", "body", "due_at")}
        return self._answer(content.edit_post(post=found, **(kept | values), by=actor(request), at=clock.now()))

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask for approval."""
        return self._act(Act.SUBMIT)

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Let it go out at its time; held where that is over."""
        return self._act(Act.APPROVE)

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Give it back to its writer."""
        return self._act(Act.SEND_BACK)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        """It does not leave by itself."""
        return self._act(Act.HOLD)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def unhold(self, request: Request, pk: str) -> Response:
        """It leaves at its time again."""
        return self._act(Act.UNHOLD)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="send-now")
    def send_now(self, request: Request, pk: str) -> Response:
        """An approved post leaves now."""
        return self._act(Act.SEND_NOW)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Take it back before it leaves."""
        return self._act(Act.CANCEL)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take the cancelling back."""
        return self._act(Act.RESTORE)

    @extend_schema(request=PostMoveSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Another time. 409 at the very minute of another post of the group."""
        found = self._draftable()
        values = read(PostMoveSerializer(data=request.data))
        return self._answer(rearrange_post(post=found, was=None, **values, by=actor(request), at=clock.now()))

    @extend_schema(request=None, responses={201: PostSerializer})
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        """Send a missed or failed post anew."""
        return Response(PostSerializer(content.send_again(post=self._draftable(), by=actor(request), at=clock.now())).data, status=201)

    @extend_schema(request=TestSerializer, responses={202: None})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Say it in another group's room, marked as a test."""
        found = self._draftable()
        room = access.group_for(actor(request), read(TestSerializer(data=request.data))["room"], GroupRight.CONTENT)
        content.test_post(post=found, room=room, by=actor(request), at=clock.now())
        return Response(status=202)

    def _act(self, act: Act) -> Response:
        found, user, at = self._draftable(), actor(self.request), clock.now()
        values: dict[str, Any] = read(NoteSerializer(data=self.request.data)) if act in NOTED else {}
        found.version = values.get("version", found.version)
        return self._answer(content.act_on(posts=[found], act=act, note=values.get("note", ""), by=user, at=at).done[0])

    def _draftable(self) -> Post:
        found: Post = self.get_object()
        access.demand(actor(self.request), GroupRight.DRAFT, found.group)
        return found

    def _answer(self, post: Post) -> Response:
        return Response(PostSerializer(post).data)


NOTED = (Act.SUBMIT, Act.APPROVE, Act.SEND_BACK)
