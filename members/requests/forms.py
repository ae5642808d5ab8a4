"""Forms of the requests."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.models import Membership
from members.models.requests import ANSWER_LENGTH, TEXT_LENGTH, TITLE_LENGTH
from members.requesting import RequestState

LONGEST_NAME = 200


class _OfMember(forms.Form):
    """Somebody of one group, by name: what colleagues know. The form says so when there is nobody, or more than one."""

    name = forms.CharField(
        label=_("Who wishes for it"), max_length=LONGEST_NAME, help_text=_("The name in the group, as it stands on the list.")
    )

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group

    def clean_name(self) -> Membership | None:
        """The member of that name."""
        name = self.cleaned_data["name"].strip()
        if not name:
            return None
        found = Membership.objects.filter(group=self.group, left_at=None, person__name=name).select_related("person")[:2]
        if not found:
            raise forms.ValidationError(_("Nobody of this name is in the group."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several people bear this name: open the person's page and note it there."))
        return found[0]


class RequestForm(_OfMember):
    """What is wished for."""

    title = forms.CharField(label=_("In one sentence"), max_length=TITLE_LENGTH)
    text = forms.CharField(label=_("In their words"), max_length=TEXT_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False


class SupportForm(_OfMember):
    """Who wishes for it too."""


class MoveForm(forms.Form):
    """Where it is now, and what they are told."""

    state = forms.ChoiceField(label=_("State"), choices=RequestState.choices)
    answer = forms.CharField(
        label=_("What they are told"), max_length=ANSWER_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
