"""Forms of the messaging: credentials drawn from the adapter's own fields, pauses, orders, limits."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.groups.access import GroupRight
from groupops.messaging.adapter import Adapter, CredentialField, Operation, Scope
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import Sort
from groupops.messaging.rights import RIGHTS
from groupops.messaging.services import Afterwards
from groupops.shared.errors import Refused

LONGEST = 2000  # characters of a credential
# Minutes of a mute.
MUTES = [
    (10, _("10 minutes")),
    (60, _("1 hour")),
    (720, _("12 hours")),
    (1440, _("1 day")),
    (10080, _("7 days")),
    (0, _("until it is lifted")),
]


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


class PauseForm(forms.Form):
    """What is to stop, and why. `sorts` are those that the person may stop here and that do not stand still already."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=200, help_text=_("Everybody who sees the pause sees the reason, too.")
    )

    def __init__(self, *args: Any, sorts: Sequence[Sort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sorts"] = _sorts(_("What stops"), sorts, initial=sorts[:1])
        self.order_fields(["sorts", "reason"])


class ResumeForm(forms.Form):
    """What goes on, and what becomes of the deliveries that waited."""

    afterwards = forms.ChoiceField(
        label=_("What waited meanwhile"), choices=Afterwards.choices, initial=Afterwards.SPREAD, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, sorts: Sequence[Sort], waiting: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sorts"] = _sorts(_("What goes on"), sorts, initial=sorts)
        self.fields["sorts"].required = bool(sorts)  # a lost channel has none
        if not sorts:
            self.fields["sorts"].widget = forms.MultipleHiddenInput()
        if not waiting:
            self.fields["afterwards"].widget = forms.HiddenInput()
        self.order_fields(["sorts", "afterwards"])


def _sorts(label: Any, sorts: Sequence[Sort], *, initial: Sequence[Sort]) -> forms.MultipleChoiceField:
    choices = [(sort.value, sort.label) for sort in sorts]
    return forms.MultipleChoiceField(
        label=label, choices=choices, initial=[sort.value for sort in initial], widget=forms.CheckboxSelectMultiple
    )


class OrderForm(forms.Form):
    """What to do in a group, now. `rights` are the reader's: only what they may do is offered."""

    operation = forms.ChoiceField(label=_("Operation"))
    user = forms.CharField(
        label=_("Person"), required=False, max_length=255, help_text=_("Their id on the platform; the profile page fills it in.")
    )
    user_name = forms.CharField(label=_("Name"), required=False, max_length=200)
    message = forms.CharField(label=_("Message id"), required=False, max_length=255, help_text=_("The message's page fills it in."))
    minutes = forms.ChoiceField(label=_("How long"), choices=MUTES, required=False, initial="60", help_text=_("Of a mute."))
    text = forms.CharField(label=_("Text"), required=False, max_length=10000, widget=forms.Textarea(attrs={"rows": 3}))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300, help_text=_("For the audit log; members do not see it."))

    def __init__(self, *args: Any, rights: Collection[GroupRight], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].widget.attrs["list"] = "room-members"
        self.fields["operation"].choices = [(key, Operation(key).label) for key, right in RIGHTS.items() if right in rights]  # type: ignore[attr-defined]

    def wish(self, at: datetime) -> Wish:
        """What was typed."""
        values = self.cleaned_data
        operation = Operation(values["operation"])
        minutes = int(values["minutes"] or 0) if operation == Operation.MUTE else 0
        return Wish(
            operation=operation,
            text=values["text"],
            user=values["user"].strip(),
            user_name=values["user_name"].strip(),
            message=values["message"].strip(),
            until=at + timedelta(minutes=minutes) if minutes else None,
        )


class LimitForm(forms.Form):
    """A limit of a connection."""

    scope = forms.ChoiceField(label=_("Counted for"), choices=Scope.choices)
    times = forms.IntegerField(label=_("At most so many acts"), min_value=1, max_value=100000)
    seconds = forms.IntegerField(label=_("in so many seconds"), min_value=1, max_value=86400)
