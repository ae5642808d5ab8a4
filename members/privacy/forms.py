"""Forms of the export and of the erasure."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.shared.masking import REASON_LENGTH


class ExportForm(forms.Form):
    """What the file is for."""

    reason = forms.CharField(label=_("What you need it for"), max_length=REASON_LENGTH)


class ErasureForm(forms.Form):
    """Why; and that whoever asks is who they say, and means this very person."""

    reason = forms.CharField(label=_("Why they are erased"), max_length=REASON_LENGTH)
    typed = forms.CharField(label=_("Type the name of the person"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    password = forms.CharField(
        label=_("Your password, once more"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
