"""The form of a policy's value, made from the fields of its dataclass."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from groupops.groups.policy import HIGHEST, Setting, describe

WHY = "why"  # no policy has a field of this name
LONGEST = 2000  # characters of a text of several lines


class Lines(forms.CharField):
    """A text of several lines; browsers send CR LF, what is kept has LF."""

    def to_python(self, value: Any) -> Any:
        """As of any text."""
        text = super().to_python(value)
        return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else text


def policy_form(cls: type, data: Any = None, *, initial: Any = None) -> forms.Form:
    """An unbound (or, with `data`, bound) form for values of `cls`, filled from the instance `initial`, with a reason."""
    fields: dict[str, forms.Field] = {item.name: _field(item) for item in describe(cls)}
    fields[WHY] = forms.CharField(label=_("Reason for the change"), max_length=200)
    form_class = type("PolicyForm", (forms.Form,), fields)
    filled = {item.name: getattr(initial, item.name) for item in describe(cls)} if initial is not None else None
    form: forms.Form = form_class(data, initial=filled)
    return form


def _field(item: Setting) -> forms.Field:
    name, unit, hint = capfirst(str(item.label)), str(item.unit), str(item.help)
    label = f"{name} ({unit})" if unit else name
    if item.type is bool:
        return forms.BooleanField(label=label, help_text=hint, required=False)
    if item.lines:
        return Lines(label=label, help_text=hint, max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 12}))
    if item.type is str:
        return forms.CharField(label=label, help_text=hint, max_length=500, required=False)
    if not hint and item.high < HIGHEST:
        hint = _("From %(low)s to %(high)s.") % {"low": item.low, "high": item.high}
    number = forms.FloatField if item.type is float else forms.IntegerField
    return number(label=label, help_text=hint, min_value=item.low, max_value=item.high)
