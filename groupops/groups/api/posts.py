"""群职务: who holds which post where."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.groups import access
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.api.common import ActiveUserField, OfGroupFilter, VisibleGroupField, actor
from groupops.groups.models import StaffPost
from groupops.groups.policy import Post
from groupops.shared import clock
from groupops.shared.api import StrictSerializer


class StaffPostSerializer(serializers.ModelSerializer[StaffPost]):
    """A post; `until` null is held now."""

    class Meta:
        model = StaffPost
        fields = ("id", "group", "user", "post", "since", "until")
        read_only_fields = fields


class NewPostSerializer(StrictSerializer):
    """A post to give; somebody who holds one in the group changes to it."""

    group = VisibleGroupField()
    user = ActiveUserField()
    post = serializers.ChoiceField(Post.choices)


class StaffPosts(ListModelMixin, RetrieveModelMixin, GenericViewSet[StaffPost]):
    """The posts in the groups the caller may see, newest first, ended ones too."""

    serializer_class = StaffPostSerializer
    filterset_class = OfGroupFilter
    keyset = ("id",)
    queryset = StaffPost.objects.none()  # for the schema; rows come from get_queryset
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[StaffPost]:
        """Deny by default."""
        return StaffPost.objects.filter(group__in=access.visible_to(actor(self.request))).select_related("group", "user")

    @extend_schema(request=NewPostSerializer, responses={201: StaffPostSerializer})
    def create(self, request: Request) -> Response:
        """Give a post."""
        serializer = NewPostSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        group, post = serializer.validated_data["group"], Post(serializer.validated_data["post"])
        access.demand(actor(request), GroupRight.MANAGE_POSTS, group)
        if post == Post.OWNER:
            access.demand_first_owner(actor(request))
        given = groups.give_post(group=group, user=serializer.validated_data["user"], post=post, by=actor(request), at=clock.now())
        return Response(StaffPostSerializer(given).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=StaffPostSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End a post; again changes nothing."""
        post = self.get_object()
        access.demand(actor(request), GroupRight.MANAGE_POSTS, post.group)
        return Response(StaffPostSerializer(groups.end_post(post=post, by=actor(request), at=clock.now())).data)
