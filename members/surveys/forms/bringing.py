"""A table of a form tool, and where its columns go."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from members.surveying import ACCOUNT, NAME
from members.surveys import queries


class TableForm(forms.Form):
    """A table of a form tool."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=Group.objects.none())
    file = forms.FileField(
        label=_("File (CSV or XLSX)"), help_text=_("As 问卷星, 腾讯文档 or 飞书 export it: the questions in the first line.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = access.visible_to(user).filter(pk__in=access.groups_with(user, GroupRight.EDIT)).order_by("name")
        self.fields["group"].queryset = choice  # type: ignore[attr-defined]


class ColumnsForm(forms.Form):
    """Where each column of a table goes."""

    def __init__(self, *args: Any, header: Sequence[str], mapping: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = [(str(field.pk), field.name) for field in queries.fields()]
        targets = [("", _("ignore it")), (NAME, _("says who: nickname")), (ACCOUNT, _("says who: account")), *fields]
        for place, head in enumerate(header):
            label = head[:80] or str(place + 1)
            initial = mapping.get(str(place), "")
            self.fields[f"column_{place}"] = forms.ChoiceField(label=label, choices=targets, required=False, initial=initial)

    def mapping(self) -> dict[int, str]:
        """Place → target, of the columns that are not ignored."""
        chosen = {place: self.cleaned_data[f"column_{place}"] for place in range(len(self.fields))}
        return {place: target for place, target in chosen.items() if target}
