"""Forms of the tags."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Segment
from members.models.tags import NAME_LENGTH


class TagForm(forms.Form):
    """A new tag."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    rule = forms.ModelChoiceField(
        queryset=Segment.objects.none(),
        label=_("Given by itself to"),
        required=False,
        empty_label=_("nobody: it is given by hand"),
        help_text=_("Whoever is in the segment gets the tag, whoever leaves it loses it, within a quarter of an hour."),
    )

    def __init__(self, *args: Any, segments: QuerySet[Segment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = segments  # type: ignore[attr-defined]
