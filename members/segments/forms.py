"""Forms of the segments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from members.models import MemberForm
from members.models.tags import NAME_LENGTH
from members.sending import LONGEST
from members.surveying import FormState
from members.surveys import queries as surveys


class SegmentForm(forms.Form):
    """A name for a view of the roster."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    shared = forms.BooleanField(label=_("Colleagues see it too"), required=False)


class SendForm(forms.Form):
    """A message to a segment."""

    text = forms.CharField(
        label=_("Message"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("{{name}}, {{group}} and {{tier}} are filled in for each; {{link}} with their own link to the form below."),
    )
    form = forms.ModelChoiceField(label=_("With a form"), queryset=MemberForm.objects.none(), required=False, empty_label="—")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].queryset = surveys.forms_for(user).filter(state=FormState.OPEN).order_by("-created_at", "-pk")  # type: ignore[attr-defined]
