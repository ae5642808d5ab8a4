"""Forms around one group: open it, change it, its posts, its owner."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.forms import ZoneField
from groupops.groups.forms.base import people_field
from groupops.groups.models import Group, KeyMoment, Kind, StaffPost
from groupops.groups.policy import NAME_LENGTH, Level, Post


class CreateForm(forms.Form):
    """Open a group of a kind that was chosen before."""

    name = forms.CharField(label=_("Name of the group"), max_length=NAME_LENGTH)
    level = forms.ChoiceField(label=_("Ecosystem level"), choices=Level.choices)
    zone = ZoneField(label=_("Time zone"), max_length=40)
    owner = people_field(_("Owner"), required=False)
    region = forms.CharField(label=_("Region"), max_length=40, required=False, help_text=_("For regional groups."))
    description = forms.CharField(label=_("Description"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    moment = forms.ModelChoiceField(KeyMoment.objects.filter(group=None), required=False, widget=forms.HiddenInput)


class EditForm(forms.Form):
    """Change a group. `version` is the one the person saw: the second of two editors is told."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the group"), max_length=NAME_LENGTH)
    kind = forms.ModelChoiceField(label=_("Kind"), queryset=Kind.objects.none())
    level = forms.ChoiceField(label=_("Ecosystem level"), choices=Level.choices)
    zone = ZoneField(label=_("Time zone"), max_length=40)
    region = forms.CharField(label=_("Region"), max_length=40, required=False)
    size_low = forms.IntegerField(label=_("Smallest good size"), min_value=1, max_value=100_000, required=False)
    size_high = forms.IntegerField(
        label=_("Largest good size"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("Leave both empty to follow the stage and the kind."),
    )
    description = forms.CharField(label=_("Description"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(group, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)
        kinds = Kind.objects.filter(archived=False) | Kind.objects.filter(pk=group.kind_id)
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service changes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class PostForm(forms.Form):
    """Give somebody a post."""

    user = people_field(_("Staff member"))
    post = forms.ChoiceField(label=_("Staff post"), choices=Post.choices)

    def __init__(self, *args: Any, has_owner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(post.value, post.label) for post in Post if not (has_owner and post == Post.OWNER)]
        self.fields["post"].choices = choices  # type: ignore[attr-defined]


class HandOverForm(forms.Form):
    """Hand a group to a new owner."""

    to = people_field(_("New owner"))
    stay = forms.BooleanField(label=_("The old owner stays as a deputy owner"), required=False, initial=True)

    def __init__(self, *args: Any, owner: StaffPost | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        if owner and isinstance(field, forms.ModelChoiceField):
            field.queryset = field.queryset.exclude(pk=owner.user_id)  # type: ignore[union-attr]
