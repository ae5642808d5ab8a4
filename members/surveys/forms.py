"""Forms of the fields and forms themselves, and the one that a member fills in: they parse and explain; the services decide."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from members.models import FormAnswer, MemberForm, ProfileField
from members.surveying import ACCOUNT, JOINT, LONGEST, NAME, OPTION_LENGTH, AnswerState, FieldKind, Unfit, read
from members.surveys import queries

MOMENT = "%Y-%m-%dT%H:%M"
FREE = 3  # empty places for further fields
ANSWER = "field_"


class FieldForm(forms.Form):
    """A field of the profile."""

    name = forms.CharField(label=_("Name of the field"), max_length=OPTION_LENGTH, help_text=_("As members read it: 公司, 城市, 手机号 …"))
    kind = forms.ChoiceField(label=_("Kind of the field"), choices=FieldKind.choices)
    options = forms.CharField(
        label=_("Options"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only of a list: one a line."),
    )
    help = forms.CharField(label=_("Hint"), max_length=200, required=False)
    required = forms.BooleanField(label=_("Must be filled in"), required=False)
    personal = forms.BooleanField(
        label=_("Personal: sealed, and masked on every page"),
        required=False,
        help_text=_("Phone numbers, e-mail addresses and WeChat IDs always are."),
    )
    position = forms.IntegerField(label=_("Order in lists"), min_value=0, max_value=30_000, initial=100)

    def clean_kind(self) -> FieldKind:
        """As the policy knows it."""
        return FieldKind(self.cleaned_data["kind"])

    def clean_options(self) -> list[str]:
        """One a line, none longer than it may be."""
        found = [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]
        if any(len(option) > OPTION_LENGTH for option in found):
            raise forms.ValidationError(_("At most %(n)d characters an option.") % {"n": OPTION_LENGTH})
        return found


def field_values(field: ProfileField) -> dict[str, Any]:
    """The initial values of FieldForm."""
    names = ("name", "kind", "help", "required", "personal", "position")
    return {name: getattr(field, name) for name in names} | {"options": "\n".join(field.options)}


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


class RevealForm(forms.Form):
    """What for."""

    reason = forms.CharField(label=_("What do you need it for?"), max_length=200, help_text=_("It is written down."))


class TableForm(forms.Form):
    """A table of a form tool."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=Group.objects.none())
    file = forms.FileField(
        label=_("File (CSV or XLSX)"), help_text=_("As 问卷星, 腾讯文档 or 飞书 export it: the questions in the first line.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = access.visible_to(user).filter(pk__in=access.groups_with(user, GroupRight.EDIT)).order_by("name")
        self.fields["group"].queryset = choice  # type: ignore[attr-defined]


class ColumnsForm(forms.Form):
    """Where each column of a table goes."""

    def __init__(self, *args: Any, header: Sequence[str], mapping: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = [(str(field.pk), field.name) for field in queries.fields()]
        targets = [("", _("ignore it")), (NAME, _("says who: nickname")), (ACCOUNT, _("says who: account")), *fields]
        for place, head in enumerate(header):
            label = head[:80] or str(place + 1)
            initial = mapping.get(str(place), "")
            self.fields[f"column_{place}"] = forms.ChoiceField(label=label, choices=targets, required=False, initial=initial)

    def mapping(self) -> dict[int, str]:
        """Place → target, of the columns that are not ignored."""
        chosen = {place: self.cleaned_data[f"column_{place}"] for place in range(len(self.fields))}
        return {place: target for place, target in chosen.items() if target}
