"""Forms of the tiers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.tiering import Tier
from members.tiers.services import REASON_WIDTH


class LockForm(forms.Form):
    """Into which tier, until when, and why."""

    tier = forms.ChoiceField(label=_("Tier"), choices=Tier.choices)
    until = forms.DateField(label=_("Locked until"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Why"), max_length=REASON_WIDTH, help_text=_("It does not keep anybody from the sweep of the silent."))

    def clean(self) -> dict[str, Any]:
        """The tier as what it is."""
        found = super().clean() or {}
        if "tier" in found:
            found["tier"] = Tier(found["tier"])
        return found
