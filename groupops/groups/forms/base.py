"""A refusal of a service, shown on the form; fields that several forms share."""

from typing import Any

from django import forms

from groupops.accounts.models import User
from groupops.shared.errors import Refused


def refuse(form: forms.BaseForm, refusal: Refused) -> int:
    """Put a service's "no" on the field it names, or above the form; returns the status of the answer."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
    return refusal.status


def people_field(label: Any, *, required: bool = True) -> "forms.ModelChoiceField[User]":
    """A choice of everybody who can log in."""
    return forms.ModelChoiceField(label=label, queryset=User.objects.filter(is_active=True).order_by("name", "username"), required=required)
