"""Forms and filters of the posts; the services decide, forms only read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from content.forms.base import Ticks, body_field, day_field, time_input, visible_groups
from content.models import Post
from content.policy import PostKind, PostState, wall_moment
from groupops.groups.choices import GroupChoice
from groupops.groups.models import Group


class GroupPicker(Ticks):
    """Ticks for many groups, with a search above them."""

    template_name = "content/group_picker.html"

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """A box that is not ticked is not sent."""
        return False


def groups_field(choices: QuerySet[Group]) -> "forms.ModelMultipleChoiceField[Group]":
    """Several groups out of these."""
    return forms.ModelMultipleChoiceField(
        label=_("Groups"), queryset=choices.order_by("name"), widget=GroupPicker(attrs={"aria-label": _("Groups")})
    )


class PostForm(forms.Form):
    """A post of its own: at once, or at a given time. `choices` are the groups to choose from; None where it has its group."""

    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("For the team; it is not sent."))
    kind = forms.ChoiceField(label=_("Kind of post"), choices=PostKind.choices)
    body = body_field()
    day = day_field(_("Day"), required=False)
    at_time = forms.TimeField(label=_("Time"), widget=time_input(), required=False)
    whole_bundle = forms.BooleanField(label=_("Change all groups it was written for"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, choices: QuerySet[Group] | None = None, zone: str = "", bundled: bool = False, led: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if choices is not None:
            self.fields = {"groups": groups_field(choices), **self.fields}
        if not bundled:
            del self.fields["whole_bundle"]
        if led:
            for name in ("kind", "day", "at_time"):
                del self.fields[name]
        else:
            hint = _("On the wall clock of %(zone)s. Leave day and time empty: it leaves at once, or as soon as it is approved.")
            self.fields["at_time"].help_text = hint % {"zone": zone or _("the group")}

    def clean(self) -> dict[str, Any]:
        """A day wants a time and a time a day."""
        values = super().clean() or {}
        if not self.errors and (values.get("day") is None) != (values.get("at_time") is None):
            self.add_error("at_time" if values["day"] else "day", _("Give day and time, or leave both empty."))
        return values

    def moment(self, zone: str) -> datetime | None:
        """When it is to leave; None is at once."""
        return moment_of(self.cleaned_data, zone)


class MomentPostsForm(forms.Form):
    """In which groups a key moment's posts are drafted."""

    def __init__(self, *args: Any, choices: QuerySet[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"] = groups_field(choices)


def moment_of(values: Mapping[str, Any], zone: str) -> datetime | None:
    """The day and time of a form as a moment, as far as they are given."""
    day, at = values.get("day"), values.get("at_time")
    return wall_moment(day, at, zone) if day and at else None


def zone_of(groups: Iterable[Group], otherwise: str) -> str:
    """The zone of the wall clock for these groups: theirs where they share one, else the reader's."""
    zones = {group.zone for group in groups}
    return zones.pop() if len(zones) == 1 else otherwise


def initial_of_post(post: Post, *, timed: bool) -> dict[str, Any]:
    """A post as the form shows it; `timed`: it has a time of its own."""
    local = post.due_at.astimezone(ZoneInfo(post.group.zone))
    moment = {"day": local.date(), "at_time": local.time().replace(microsecond=0)} if timed else {}
    return {name: getattr(post, name) for name in ("title", "kind", "body", "version")} | moment


class PostFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the posts: page and API."""

    group = GroupChoice(label=_("Group"), queryset=visible_groups, empty_label=_("All groups"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=PostState.choices, empty_label=_("All states"))
    kind = django_filters.ChoiceFilter(label=_("Kind of post"), choices=PostKind.choices, empty_label=_("All kinds"))

    class Meta:
        model = Post
        fields = ("group", "state", "kind")
