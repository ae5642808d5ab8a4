"""Forms of moderation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from moderation.models.appeals import LONGEST


class AppealForm(forms.Form):
    """Why it was wrong, in the member's words."""

    text = forms.CharField(label=_("Why it was wrong"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6, "maxlength": LONGEST}))
