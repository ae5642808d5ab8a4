"""A field of the profile, filled in by a person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import ProfileField
from members.surveying import OPTION_LENGTH, FieldKind


class FieldForm(forms.Form):
    """A field of the profile."""

    name = forms.CharField(label=_("Name of the field"), max_length=OPTION_LENGTH, help_text=_("As members read it: 公司, 城市, 手机号 …"))
    kind = forms.ChoiceField(label=_("Kind of the field"), choices=FieldKind.choices)
    options = forms.CharField(
        label=_("Options"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only of a list: one a line."),
    )
    help = forms.CharField(label=_("Hint"), max_length=200, required=False)
    required = forms.BooleanField(label=_("Must be filled in"), required=False)
    personal = forms.BooleanField(
        label=_("Personal: sealed, and masked on every page"),
        required=False,
        help_text=_("Phone numbers, e-mail addresses and WeChat IDs always are."),
    )
    position = forms.IntegerField(label=_("Order in lists"), min_value=0, max_value=30_000, initial=100)

    def clean_kind(self) -> FieldKind:
        """As the policy knows it."""
        return FieldKind(self.cleaned_data["kind"])

    def clean_options(self) -> list[str]:
        """One a line, none longer than it may be."""
        found = [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]
        if any(len(option) > OPTION_LENGTH for option in found):
            raise forms.ValidationError(_("At most %(n)d characters an option.") % {"n": OPTION_LENGTH})
        return found


def field_values(field: ProfileField) -> dict[str, Any]:
    """The initial values of FieldForm."""
    names = ("name", "kind", "help", "required", "personal", "position")
    return {name: getattr(field, name) for name in names} | {"options": "\n".join(field.options)}
