"""The form of the rules (群规)."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RulesForm(forms.Form):
    """A new version of rules. `seen` is the version the person started from (0: none yet)."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=1_000_000)
    text = forms.CharField(
        label=_("Rules"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text=_("{{group}} stands for the name of the group."),
    )
    why = forms.CharField(label=_("Reason for the change"), max_length=200)
