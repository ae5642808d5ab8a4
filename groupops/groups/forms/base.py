"""A refusal of a service, shown on the form; fields that several forms share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms

from groupops.accounts.models import User
from groupops.shared.errors import Refused

Made = TypeVar("Made")


def refuse(form: forms.BaseForm, refusal: Refused) -> int:
    """Put a service's "no" on the field it names, or above the form; returns the status of the answer."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
    return refusal.status


def attempt(form: forms.BaseForm, save: Callable[[], Made]) -> tuple[Made | None, int]:
    """What `save` makes of a form that was sent, and 200; else None and the status of the answer, with what is wrong on the form."""
    if not form.is_valid():
        return None, 422
    try:
        return save(), 200
    except Refused as refusal:
        return None, refuse(form, refusal)


def people_field(label: Any, *, required: bool = True) -> "forms.ModelChoiceField[User]":
    """A choice of everybody who can log in."""
    return forms.ModelChoiceField(label=label, queryset=User.objects.filter(is_active=True).order_by("name", "username"), required=required)
