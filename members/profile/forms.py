"""Forms of the profile."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Membership
from members.models.tags import NOTE_LENGTH

TASK_LENGTH = 500


class _InGroup(forms.Form):
    """About one of a person's memberships; where there is but one, nothing is asked."""

    membership = forms.ModelChoiceField(queryset=Membership.objects.none(), label=_("In which group"), empty_label=None)

    def __init__(self, *args: Any, stays: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["membership"]
        field.queryset = stays  # type: ignore[attr-defined]
        field.label_from_instance = lambda stay: stay.group.name  # type: ignore[attr-defined]
        found = list(stays[:2])
        if len(found) == 1:
            field.initial = found[0]
            field.widget = forms.HiddenInput()


class NoteForm(_InGroup):
    """A note."""

    text = forms.CharField(label=_("Note"), max_length=NOTE_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))


class TaskForm(_InGroup):
    """Something to do for them."""

    note = forms.CharField(label=_("What is to be done"), max_length=TASK_LENGTH)
    due_at = forms.DateTimeField(label=_("By when"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))

    def clean_due_at(self) -> datetime:
        """Typed on the wall clock of whoever writes it."""
        found: datetime = self.cleaned_data["due_at"]
        return found
