"""The form that puts somebody on the blacklist."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, Kind
from moderation.models.blacklist import LONGEST_REASON
from moderation.queries.blacklist import somebody

SEVERAL = _("Several people are called so: write the account instead.")
NOBODY = _("Nobody of your groups has this account or exactly this name.")


class BarForm(forms.Form):
    """Who, where, until when, why. Neither group nor kind: everywhere, for those who run the site."""

    who = forms.CharField(label=_("Account, or exact name"), max_length=255)
    group = forms.ModelChoiceField(label=_("Group"), queryset=Group.objects.none(), required=False)
    kind = forms.ModelChoiceField(label=_("Kind of group"), queryset=Kind.objects.none(), required=False)
    until = forms.DateField(
        label=_("Until the end of"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Empty: for good.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON, help_text=_("Colleagues read it when they come again."))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.site = user, user.has_right(Right.MANAGE_POLICY)
        group, kind = self.fields["group"], self.fields["kind"]
        assert isinstance(group, forms.ModelChoiceField)  # noqa: S101
        assert isinstance(kind, forms.ModelChoiceField)  # noqa: S101
        group.queryset = access.groups_with(user, GroupRight.MODERATE).order_by("name")
        if self.site:
            kind.queryset = Kind.objects.order_by("pk")
            group.empty_label, kind.empty_label = _("Every group"), _("Every kind")
        else:
            del self.fields["kind"]
            group.required = True

    def clean_who(self) -> Any:
        """The human."""
        found = somebody(self.user, self.cleaned_data["who"])
        if len(found) != 1:
            raise forms.ValidationError(SEVERAL if found else NOBODY)
        return found[0]

    def clean(self) -> dict[str, Any]:
        """A group or a kind, not both."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("group") and cleaned.get("kind"):
            self.add_error("kind", _("Choose a group or a kind, not both."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """As services.bar takes it; the day ends on the reader's clock."""
        given = self.cleaned_data
        day = given.get("until")
        until = datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(self.user.zone)) if day else None
        return {"person": given["who"], "group": given.get("group"), "kind": given.get("kind"), "until": until, "reason": given["reason"]}
