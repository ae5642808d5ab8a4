"""Forms of invitations: who is invited as what, and what they choose themselves."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.forms import FirstUserForm
from groupops.accounts.models import User
from groupops.accounts.policy import RIGHTS, Role, outranks
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import SEATS, Post


class InviteForm(forms.Form):
    """Somebody new: name, role, and one post in some groups. Offers only what `by` may give."""

    LIVES = [("1", _("A day")), ("3", _("3 days")), ("7", _("A week")), ("30", _("30 days"))]

    name = forms.CharField(label=_("Who"), max_length=60, help_text=_("So that you know the link again; they choose their own name."))
    role = forms.ChoiceField(label=_("Role"), initial=Role.VOLUNTEER)
    post = forms.ChoiceField(label=_("Staff post"), required=False, help_text=_("In the groups below."))
    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"), queryset=Group.objects.none(), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    days = forms.ChoiceField(label=_("Link is good for"), choices=LIVES, initial="7")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = RIGHTS[Role(by.role)]
        roles = [(role.value, role.label) for role in Role if outranks(mine, RIGHTS[role])]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        posts = [("", _("None")), *SEATS]
        self.fields["post"].choices = posts  # type: ignore[attr-defined]
        self.fields["groups"].queryset = access.groups_with(by, GroupRight.MANAGE_POSTS).order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A post and groups belong together."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("groups") and not values.get("post"):
            self.add_error("post", _("Choose which post they get in these groups."))
        if values.get("post") and not values.get("groups"):
            self.add_error("groups", _("Choose the groups of this post."))
        return values

    def seats(self) -> list[tuple[Group, Post]]:
        """Group and post of a valid form."""
        return [(group, Post(self.cleaned_data["post"])) for group in self.cleaned_data["groups"]]

    def lasts(self) -> timedelta:
        """How long the link of a valid form is good."""
        return timedelta(days=int(self.cleaned_data["days"]))


class AcceptForm(FirstUserForm):
    """What somebody invited chooses: user name, name, password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _("For logging in: letters, digits and @.+-_")
