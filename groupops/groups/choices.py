"""A choice of groups by their names, in filters and forms: of five hundred only ids and names are fetched."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.forms.models import ModelChoiceIterator


class _Names(ModelChoiceIterator):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from self.queryset.values_list("pk", "name")


class GroupField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the groups of its queryset."""

    iterator = _Names


class _FilterField(django_filters.fields.ModelChoiceField):  # type: ignore[misc]
    iterator = _Names


class GroupChoice(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    """A filter by one of the groups of its queryset."""

    field_class = _FilterField
