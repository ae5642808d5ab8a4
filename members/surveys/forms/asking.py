"""A form for members, filled in by whoever makes it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from members.models import MemberForm
from members.surveys import queries

MOMENT = "%Y-%m-%dT%H:%M"
FREE = 3  # empty places for further fields


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, required=False, input_formats=[MOMENT], widget=widget)


class MemberFormForm(forms.Form):
    """A form for members."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Title of the form"), max_length=80)
    introduction = forms.CharField(label=_("Introduction"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"), queryset=Group.objects.none(), widget=forms.SelectMultiple(attrs={"size": 6})
    )
    opens_at = _moment(_("From"))
    closes_at = _moment(_("Until"))
    several = forms.BooleanField(
        label=_("A member may answer several times"),
        required=False,
        help_text=_("The last answer stands; the earlier ones are its history."),
    )

    def __init__(self, *args: Any, user: User, form: MemberForm | None = None, **kwargs: Any) -> None:
        asks = queries.fields_of(form) if form else []
        if form:
            names = ("version", "title", "introduction", "opens_at", "closes_at", "several")
            kwargs["initial"] = {name: getattr(form, name) for name in names} | {"groups": [row.group_id for row in form.targets.all()]}
            kwargs["initial"] |= {f"field_{n}": field for n, field in enumerate(asks, 1)}
        super().__init__(*args, **kwargs)
        choice = self.fields["groups"]
        choice.queryset = access.visible_to(user).filter(pk__in=access.groups_with(user, GroupRight.EDIT)).order_by("name")  # type: ignore[attr-defined]
        for n in range(1, max(len(asks), 2) + FREE + 1):
            self.fields[f"field_{n}"] = forms.ModelChoiceField(
                label=_("It asks first for") if n == 1 else _("then for"), queryset=queries.fields(), required=n == 1, empty_label="—"
            )

    def clean(self) -> dict[str, Any]:
        """What belongs together."""
        found = super().clean() or {}
        if found.get("opens_at") and found.get("closes_at") and found["closes_at"] <= found["opens_at"]:
            self.add_error("closes_at", _("It ends after it begins."))
        return found

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        typed = self.cleaned_data
        asks = [typed[name] for name in self.fields if name.startswith("field_") and typed.get(name)]
        names = ("title", "introduction", "opens_at", "closes_at", "several")
        return {"values": {name: typed[name] for name in names}, "groups": list(typed["groups"]), "asks": list(dict.fromkeys(asks))}
