"""Forms of moderation."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from groupops.groups.policy import Scope
from moderation.detection.rules import RuleKind, schema
from moderation.detection.settings import Choice, Flag, Lines, Number, Setting
from moderation.models import Rule, WordList
from moderation.models.appeals import LONGEST
from moderation.policy import Offence
from moderation.wording import SETTINGS


class AppealForm(forms.Form):
    """Why it was wrong, in the member's words."""

    text = forms.CharField(label=_("Why it was wrong"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6, "maxlength": LONGEST}))


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule of one kind: where, what follows, and the settings of its kind."""

    class Meta:
        model = Rule
        fields = (
            "name", "group", "kind", "offence", "severity", "certain", "removes_alone", "explanation", "exempt_labels",
            "from_hour", "until_hour", "starts_at", "ends_at",
        )  # fmt: skip
        help_texts = {
            "certain": _("It deals with people by the ladder at once. Otherwise everything goes to the queue."),
            "removes_alone": _("Nobody is asked before the step that removes. Off unless you mean it."),
            "explanation": _("Members read it in warnings. Do not repeat the words here."),
            "exempt_labels": _("As [推广], parted by commas."),
            "from_hour": _("On the group's clock. The same hour twice: all day."),
        }

    def __init__(self, *args: Any, sort: RuleKind, groups: QuerySet[Group], site: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sort = sort
        self.fields["offence"].choices = [one for one in Offence.choices if one[0] != Offence.BARRED]  # type: ignore[attr-defined]
        group, kind = self.fields["group"], self.fields["kind"]
        group.required, kind.required = not site, False
        group.queryset = groups  # type: ignore[attr-defined]
        group.empty_label = _("All groups")  # type: ignore[attr-defined]
        kind.empty_label = _("All kinds")  # type: ignore[attr-defined]
        if not site:
            del self.fields["kind"]
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        if sort == RuleKind.WORDS:
            chosen = self.instance.lists.all() if self.instance.pk else []
            self.fields["lists"] = forms.ModelMultipleChoiceField(
                WordList.objects.order_by("name"),
                label=_("Word lists"),
                required=False,
                initial=chosen,
                widget=forms.CheckboxSelectMultiple,
            )
        for name, setting in schema(sort).items():
            self.fields[f"set_{name}"] = _field(name, setting, self.instance.settings.get(name, setting.default))

    def clean(self) -> dict[str, Any]:
        """A group or a kind, not both; what removes by itself acts by itself."""
        cleaned = super().clean() or {}
        if cleaned.get("group") and cleaned.get("kind"):
            self.add_error("kind", _("Choose a group or a kind, not both."))
        if cleaned.get("removes_alone") and not cleaned.get("certain"):
            self.add_error("removes_alone", _("Only a rule that acts by itself can remove by itself."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """As services.ruling.save_rule takes it."""
        cleaned = self.cleaned_data
        group, kind = cleaned.get("group"), cleaned.get("kind")
        given = {name: cleaned[name] for name in self.Meta.fields if name in cleaned and name not in ("group", "kind")}
        settings = {name: _plain(setting, cleaned[f"set_{name}"]) for name, setting in schema(self.sort).items()}
        scope = Scope.GROUP if group else Scope.KIND if kind else Scope.SITE
        return given | {"group": group, "kind": kind, "scope": scope, "sort": self.sort.value, "settings": settings}

    @property
    def word_lists(self) -> list[WordList]:
        """The lists that were ticked."""
        return list(self.cleaned_data.get("lists", ()))


class _Lines(forms.CharField):
    """One text a line."""

    widget = forms.Textarea(attrs={"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        """As lines."""
        return "\n".join(value) if isinstance(value, (list, tuple)) else value


def _plain(setting: Setting, value: Any) -> Any:
    return [line for line in value.splitlines() if line.strip()] if isinstance(setting, Lines) else value


def _field(name: str, setting: Setting, initial: Any) -> forms.Field:
    label = capfirst(str(SETTINGS.get(name, name)))
    if isinstance(setting, Flag):
        return forms.BooleanField(label=label, required=False, initial=initial)
    if isinstance(setting, Number):
        return forms.IntegerField(label=label, min_value=setting.least, max_value=setting.most, initial=initial)
    if isinstance(setting, Choice):
        return forms.ChoiceField(label=label, choices=[(one, one) for one in setting.among], initial=initial)
    return _Lines(label=label, required=False, initial=initial)


class WordListForm(forms.Form):
    """A list: its words as lines, or a file."""

    name = forms.CharField(label=_("Name"), max_length=60)
    category = forms.CharField(label=_("Category"), max_length=60, required=False)
    words = forms.CharField(label=_("Words, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 12}))
    file = forms.FileField(label=_("Or a file"), required=False, help_text=_("Text, CSV (word,category) or JSON; it replaces the words."))
