"""Forms of contacts and consents."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.consenting import VALUE_LENGTH, ContactKind, Origin, Purpose, Told


class ContactForm(forms.Form):
    """A way to reach somebody."""

    kind = forms.ChoiceField(label=_("Kind of contact"), choices=ContactKind.choices)
    value = forms.CharField(
        label=_("Number, account or address"), max_length=VALUE_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    origin = forms.ChoiceField(label=_("Where from"), choices=Origin.choices)


class ConsentForm(forms.Form):
    """What somebody agreed to, or no longer agrees to."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    given = forms.TypedChoiceField(
        label=_("What they said"),
        choices=[("yes", _("They agree")), ("no", _("They no longer agree"))],
        coerce=lambda value: value == "yes",
    )
    told = forms.ChoiceField(label=_("How they said it"), choices=Told.choices)
    why = forms.CharField(label=_("Note"), max_length=200, required=False)
