"""Forms of the sandbox: they parse and explain; the services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Kind
from groupops.inbound.models import StoredEvent
from groupops.simulator.models import Sandbox
from groupops.simulator.sandbox import cast, scenes
from groupops.simulator.sandbox.policy import LONGEST, Deed, Jump
from groupops.simulator.sandbox.services import Act


class CreateForm(forms.Form):
    """A name, and the kind whose plan and rules the group gets."""

    name = forms.CharField(label=_("Name of the sandbox"), max_length=40, help_text=_("The group is called so, with a number behind it."))
    kind = forms.ModelChoiceField(
        label=_("Kind"), queryset=Kind.objects.filter(archived=False), to_field_name="slug", empty_label=None,
        help_text=_("The group gets the plan and the rules of this kind."),
    )  # fmt: skip


class ActForm(forms.Form):
    """What a member is to do."""

    who = forms.ChoiceField(label=_("Speak as"), choices=[(persona.id, persona.name) for persona in cast.CAST])
    deed = forms.ChoiceField(label=_("What to do"), choices=Deed.choices, required=False)
    text = forms.CharField(
        label=_("Text"), max_length=LONGEST, required=False, strip=False, widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"})
    )
    message = forms.ModelChoiceField(label=_("Message"), queryset=StoredEvent.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sandbox: Sandbox, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["message"].queryset = StoredEvent.objects.filter(group=sandbox.group_id).exclude(remote_message="")  # type: ignore[attr-defined]

    @property
    def act(self) -> Act:
        """What the valid form asks for."""
        given = self.cleaned_data
        return Act(Deed(given["deed"] or Deed.SAY), cast.BY_ID[given["who"]], given["text"], given["message"])


class JumpForm(forms.Form):
    """How far the clock is put ahead."""

    jump = forms.ChoiceField(label=_("Move the clock"), choices=Jump.choices)


class SceneForm(forms.Form):
    """Which scene is played."""

    scene = forms.ChoiceField(label=_("Scene"), choices=[(scene.key, scene.label) for scene in scenes.SCENES])
