"""Forms of the segments."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models.tags import NAME_LENGTH


class SegmentForm(forms.Form):
    """A name for a view of the roster."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    shared = forms.BooleanField(label=_("Colleagues see it too"), required=False)
