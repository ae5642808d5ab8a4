"""What is asked before members are brought in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from members.rostering import Column


class _ForGroup(forms.Form):
    """Into which group; only those that the user may edit are offered."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=Group.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["group"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  (declared above)
        choice.queryset = access.groups_with(user, GroupRight.EDIT, sandboxes=True).order_by("name")


class ListForm(_ForGroup):
    """A list as a file or as text."""

    file = forms.FileField(label=_("File (CSV or XLSX)"), required=False, allow_empty_file=True)
    text = forms.CharField(
        label=_("or the list itself, pasted"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "One member a line; with more than one column, the heads in the first line: 昵称, 微信号, 入群时间, 邀请人, 最后发言 …"
        ),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        typed = super().clean() or {}
        if not typed.get("file") and not (typed.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file, or paste the list."))
        return typed


class ChatForm(_ForGroup):
    """A chat export."""

    file = forms.FileField(label=_("Chat export"))
    day = forms.DateField(
        label=_("Day of the export"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Only for files that write times without a date."),
    )


class MappingForm(forms.Form):
    """Which column holds what, and whether the list is complete."""

    def __init__(self, *args: Any, header: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [("", _("not in the list")), *((str(n), head or str(n + 1)) for n, head in enumerate(header))]
        for column in Column:
            self.fields[column.value] = forms.ChoiceField(label=column.label, choices=places, required=False)
        self.fields["complete"] = forms.BooleanField(label=_("The list is complete: whoever is not in it has left"), required=False)

    def mapping(self) -> dict[str, int]:
        """The columns that were named."""
        return {column.value: int(self.cleaned_data[column.value]) for column in Column if self.cleaned_data[column.value]}
