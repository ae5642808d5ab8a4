"""The form of a policy's value, made from the fields of its dataclass."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from groupops.groups.policy import HIGHEST, Setting, describe

WHY = "why"  # no policy has a field of this name


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
    if item.type is str:
        return forms.CharField(label=label, help_text=hint, max_length=500, required=False)
    if not hint and item.high < HIGHEST:
        hint = _("From %(low)s to %(high)s.") % {"low": item.low, "high": item.high}
    number = forms.FloatField if item.type is float else forms.IntegerField
    return number(label=label, help_text=hint, min_value=item.low, max_value=item.high)
