"""Forms of campaigns and invitations: they parse and explain; the services decide."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from members.inviting import TEMPLATE, Gate, InvitationState, Sort, people
from members.joining.forms import MOMENT, group_fields, groups_of, places, source_field
from members.models import Campaign, Invitation
from members.pictures import LARGEST

TEXTS = (
    "name",
    "sort",
    "source",
    "reason",
    "template",
    "gate",
    "gate_text",
    "event_name",
    "event_at",
    "benefit",
    "seats",
    "starts_at",
    "ends_at",
)


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, required=False, input_formats=[MOMENT], widget=widget)


class CampaignForm(forms.Form):
    """A campaign."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name of the campaign"), max_length=60)
    sort = forms.ChoiceField(label=_("Sort of campaign"), choices=Sort.choices)
    source = source_field()
    seats = forms.IntegerField(
        label=_("Seats"), min_value=1, max_value=100_000, help_text=_("Never exceeded. The page says how many are left.")
    )
    reason = forms.CharField(
        label=_("Why one should come"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the group is worth, and what they get from it."),
    )
    template = forms.CharField(
        label=_("Message"),
        max_length=1500,
        initial=TEMPLATE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("{{name}}, {{reason}}, {{group}}, {{left}}, {{link}}, {{event}} and {{benefit}} are filled in."),
    )
    gate = forms.ChoiceField(label=_("Before one comes in"), choices=Gate.choices)
    gate_text = forms.CharField(
        label=_("What is asked"), max_length=300, required=False, help_text=_("Which post to share or like, with its link.")
    )
    event_name = forms.CharField(label=_("Event"), max_length=120, required=False)
    event_at = _moment(_("Time of the event"))
    benefit = forms.CharField(label=_("For members only"), max_length=300, required=False)
    starts_at = _moment(_("From"))
    ends_at = _moment(_("Until"))

    def __init__(self, *args: Any, user: User, campaign: Campaign | None = None, **kwargs: Any) -> None:
        chosen = [target.group for target in campaign.targets.all()] if campaign else []
        if campaign:
            kwargs["initial"] = {name: getattr(campaign, name) for name in ("version", *TEXTS)} | places(chosen)
        super().__init__(*args, **kwargs)
        self.fields |= group_fields(user, len(chosen))

    def clean(self) -> dict[str, Any]:
        """What belongs together."""
        found = super().clean() or {}
        if found.get("sort") == Sort.EVENT and not found.get("event_name"):
            self.add_error("event_name", _("An event has a name."))
        if found.get("gate", Gate.NONE) != Gate.NONE and not found.get("gate_text"):
            self.add_error("gate_text", _("Say what is asked."))
        if found.get("starts_at") and found.get("ends_at") and found["ends_at"] <= found["starts_at"]:
            self.add_error("ends_at", _("It ends after it begins."))
        return found

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {"values": {name: self.cleaned_data[name] for name in TEXTS}, "groups": groups_of(self)}


class InviteForm(forms.Form):
    """A pasted list of people."""

    people = forms.CharField(
        label=_("People"),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("A person a line. After a comma, what you say to them alone."),
    )

    def clean_people(self) -> list[tuple[str, str]]:
        """Names with what is said to each."""
        found = people(self.cleaned_data["people"])
        if not found:
            raise forms.ValidationError(_("Paste at least one name."))
        return found


class ProofForm(forms.Form):
    """What a guest shows."""

    text = forms.CharField(label=_("Link or a few words"), max_length=500, required=False)
    picture = forms.FileField(
        label=_("Screenshot"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG or WebP, at most 2 MB."),
    )

    def upload(self) -> bytes | None:
        """What was uploaded, one byte more than may be at most."""
        file = self.cleaned_data.get("picture")
        return bytes(file.read(LARGEST + 1)) if file else None


class ApplyForm(forms.Form):
    """Who applies."""

    name = forms.CharField(
        label=_("The name you bear in the chat"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "nickname"})
    )


class InvitationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?state= &q="""

    q = django_filters.CharFilter(
        field_name="name",
        lookup_expr="icontains",
        label=_("Search"),
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name")}),
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=InvitationState.choices, empty_label=_("All states"))

    class Meta:
        model = Invitation
        fields: list[str] = []
