"""The form that is asked wherever one personal value is shown in full."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.shared.masking import REASON_LENGTH


class RevealForm(forms.Form):
    """What one value is needed for; its length is judged where it is noted."""

    reason = forms.CharField(label=_("What you need it for"), max_length=REASON_LENGTH, required=False, help_text=_("It is written down."))
