"""Forms of the kinds of group."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Kind
from groupops.groups.policy import Level


class KindForm(forms.Form):
    """Change a kind; its values (群价值) are a line each."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name of the kind"), max_length=60)
    positioning = forms.CharField(label=_("Positioning"), max_length=500, help_text=_("What groups of this kind are for, in one sentence."))
    values = forms.CharField(
        label=_("Group values"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}), help_text=_("What members gain; one line each.")
    )
    size_low = forms.IntegerField(label=_("Smallest good size"), min_value=1, max_value=100_000)
    size_high = forms.IntegerField(label=_("Largest good size"), min_value=1, max_value=100_000)
    size_note = forms.CharField(label=_("Why this size"), max_length=60, required=False)
    level = forms.ChoiceField(label=_("Ecosystem level"), choices=Level.choices)
    rules_extension = forms.CharField(
        label=_("Additional rules"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Added below the base rules when a group is opened. Groups that exist keep their rules."),
    )
    position = forms.IntegerField(label=_("Order in lists"), min_value=0, max_value=30_000, initial=100)
    archived = forms.BooleanField(label=_("No longer offered for new groups"), required=False)

    def __init__(self, *args: Any, kind: Kind | None = None, **kwargs: Any) -> None:
        if kind:
            initial = {name: getattr(kind, name) for name in self.base_fields if name != "slug"}
            kwargs.setdefault("initial", initial | {"values": "\n".join(kind.values)})
        super().__init__(*args, **kwargs)

    def clean_values(self) -> list[str]:
        """The lines, without blank ones and bullets."""
        lines = [line.strip().lstrip("•·- ").strip() for line in self.cleaned_data["values"].splitlines()]
        return [line for line in lines if line]

    def kind_values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class NewKindForm(KindForm):
    """A new kind, with its short name."""

    slug = forms.SlugField(
        label=_("Short name"), max_length=50, help_text=_("Latin letters, digits and hyphens, for the API and links. It stays.")
    )
    field_order = ("slug",)
