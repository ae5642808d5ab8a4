"""What is rehearsed: where, how far back, which rules; the rule or the ladders that are tried come with forms of their own."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, Kind
from moderation.models.rehearsals import MOST_DAYS, Which
from moderation.rehearsals.policy import DAYS


class RehearsalForm(forms.Form):
    """Where and how far back. Whoever sets policies may leave the group empty: every group, or those of a kind."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=Group.objects.none(), required=False)
    kind = forms.ModelChoiceField(label=_("Kind of group"), queryset=Kind.objects.order_by("position", "name"), required=False)
    days = forms.IntegerField(
        label=_("Days back"), min_value=1, max_value=MOST_DAYS, initial=DAYS, help_text=_("As far as the text of messages is kept.")
    )
    which = forms.ChoiceField(label=_("Rules"), choices=Which.choices, initial=Which.REHEARSED)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group, kind = self.fields["group"], self.fields["kind"]
        group.queryset = access.groups_with(user, GroupRight.MODERATE).order_by("name")  # type: ignore[attr-defined]
        group.empty_label = _("All groups")  # type: ignore[attr-defined]
        kind.empty_label = _("All kinds")  # type: ignore[attr-defined]
        if not user.has_right(Right.MANAGE_POLICY):
            group.required = True
            del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        """A group or a kind, not both."""
        cleaned = super().clean() or {}
        if cleaned.get("group") and cleaned.get("kind"):
            self.add_error("kind", _("Choose a group or a kind, not both."))
        return cleaned

    def asked(self) -> dict[str, Any]:
        """As services.ask takes it."""
        given = self.cleaned_data
        return {"group": given["group"], "kind": given.get("kind"), "days": given["days"], "which": given["which"]}
