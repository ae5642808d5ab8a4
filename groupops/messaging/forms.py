"""Forms that make a connection or renew its credentials, drawn from the adapter's own fields."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.messaging.adapter import Adapter, CredentialField
from groupops.shared.errors import Refused

LONGEST = 2000  # characters of a credential


class CredentialsForm(forms.Form):
    """The adapter's fields. Secret ones are write-only: what is kept never comes back to the browser."""

    def __init__(self, *args: Any, adapter: type[Adapter], optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [field.name for field in adapter.fields]
        for field in adapter.fields:
            self.fields[field.name] = _field(field, required=field.required and not optional)

    @property
    def typed(self) -> dict[str, str]:
        """The adapter's values as they were typed."""
        return {name: self.cleaned_data[name] for name in self.names}

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal at the field it belongs to."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal.message))


class ConnectForm(CredentialsForm):
    """A name, and the adapter's fields."""

    name = forms.CharField(label=_("Name of the channel"), max_length=60, help_text=_("How you call this channel here."))


def _field(field: CredentialField, *, required: bool) -> forms.CharField:
    off = {"autocomplete": "new-password" if field.secret else "off", "spellcheck": "false"}
    widget = forms.PasswordInput(attrs=off, render_value=False) if field.secret else forms.TextInput(attrs=off)
    return forms.CharField(label=str(field.label), help_text=str(field.help), required=required, max_length=LONGEST, widget=widget)


def labels(adapters: Sequence[type[Adapter]]) -> dict[str, Any]:
    """Kind → name for people."""
    return {adapter.kind: adapter.label for adapter in adapters}
