"""Fields that the forms of the content share, and how a refusal becomes an error of its field."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from content.models import BODY_LENGTH
from content.policy import DAYS
from groupops.groups import access
from groupops.groups.models import Group
from groupops.shared.errors import Refused

WEEKDAYS = list(enumerate(DAYS, start=1))
FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)  # further away the arithmetic of dates ends


class Ticks(forms.widgets.ChoiceWidget):
    """Ticks with a template of their own. Not a CheckboxSelectMultiple: crispy would stack them."""

    allow_multiple_selected = True
    input_type = "checkbox"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """All ticked values."""
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """No single control to point at; the group is named by aria-label."""
        return "" if index is None else super().id_for_label(id_, index)


class Weekdays(Ticks):
    """Seven ticks in a row."""

    template_name = "content/weekdays.html"


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A date that the arithmetic of dates can bear."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)], **options)


def time_input() -> forms.TimeInput:
    """Hours and minutes, as browsers offer them."""
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def body_field() -> forms.CharField:
    """What is said, with its placeholders."""
    return forms.CharField(
        label=_("Text"),
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("{{group}}, {{date}}, {{weekday}} and {{theme}} are filled in when it leaves."),
    )


def attempt(form: forms.Form, work: Callable[[], Any]) -> Any:
    """The result of `work` for a valid form, else None: a refusal becomes an error of the field it names."""
    if not form.is_valid():
        return None
    try:
        return work()
    except Refused as refusal:
        field = {"at": "at_time", "due_at": "at_time"}.get(refusal.field or "", refusal.field)
        form.add_error(field if field in form.fields else None, str(refusal.message))
        return None


def visible_groups(request: HttpRequest | None) -> QuerySet[Group]:
    """The groups of a filter's choice; a sandbox is one only where it is named already, by the way that leads from its pages."""
    if request is None:
        return Group.objects.none()
    return access.visible_to(request.user, sandboxes=bool(request.GET.get("group"))).order_by("name")  # type: ignore[arg-type]
