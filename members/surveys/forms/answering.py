"""What a member fills in, and the filter of answers."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import FormAnswer, ProfileField
from members.surveying import JOINT, LONGEST, AnswerState, FieldKind, Unfit, read
from members.surveys import queries

ANSWER = "field_"


class AnswerForm(forms.Form):
    """What a member fills in: a control for each field, judged by `surveying.read`."""

    def __init__(self, *args: Any, asks: Sequence[ProfileField], named: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks = {f"{ANSWER}{field.pk}": field for field in asks}
        if named:
            self.fields["name"] = forms.CharField(label=_("The name you bear in the chat"), max_length=60)
            self.fields["account"] = forms.CharField(
                label=_("Your account there"), max_length=255, required=False, help_text=_("WeChat ID or the like, if you know it.")
            )
        self.fields |= {name: _control(field) for name, field in self.asks.items()}

    def clean(self) -> dict[str, Any]:
        """Each value as it is kept."""
        found = super().clean() or {}
        for name, field in self.asks.items():
            given = found.get(name) or ""
            value, why = read(queries.asked(field), JOINT.join(given) if isinstance(given, list) else str(given))
            if why is not None:
                self.add_error(name, str(Unfit(why).label))
            found[name] = value
        return found

    def said(self) -> dict[int, str]:
        """Field → value."""
        return {field.pk: self.cleaned_data[name] for name, field in self.asks.items()}


def _control(field: ProfileField) -> forms.Field:
    given: dict[str, Any] = {"label": field.name, "help_text": field.help, "required": field.required}
    options = [(option, option) for option in field.options]
    match field.kind:
        case FieldKind.CHOICE:
            return forms.ChoiceField(choices=[("", "—"), *options], **given)
        case FieldKind.SEVERAL:
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **given)
        case FieldKind.YESNO:
            return forms.ChoiceField(choices=[("", "—"), ("yes", _("Yes")), ("no", _("No"))], **given)
        case FieldKind.DATE:
            return forms.CharField(max_length=20, widget=forms.DateInput(attrs={"type": "date"}), **given)
        case FieldKind.NUMBER:
            return forms.CharField(max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **given)
        case FieldKind.PHONE:
            return forms.CharField(max_length=30, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}), **given)
        case FieldKind.EMAIL:
            return forms.CharField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}), **given)
    return forms.CharField(max_length=LONGEST, **given)


class AnswerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?state= &group= &q="""

    q = django_filters.CharFilter(
        label=_("Search"), method="search", max_length=60, widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name")})
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=AnswerState.choices, empty_label=_("All states"))

    class Meta:
        model = FormAnswer
        fields: list[str] = []

    def search(self, rows: Any, name: str, value: str) -> Any:
        """By the member's name, or the one that was typed."""
        text = value.strip()
        return rows.filter(membership__person__name__icontains=text) | rows.filter(name__icontains=text)
