"""Forms of the ways in: they parse and explain; the services decide."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from members.entering import WaitingState
from members.models import Entrance, JoinCode, Source, Waiting
from members.pictures import LARGEST

FEWEST = 4  # places for groups in the form; there are always two free ones
SPELLING = RegexValidator(r"^[0-9a-z][0-9a-z-]{2,31}$", _("Small letters, digits and hyphens; 3 to 32 of them."))
MOMENT = "%Y-%m-%dT%H:%M"


def source_field(**options: Any) -> "forms.ModelChoiceField[Source]":
    """A choice of the sources that are still offered."""
    return forms.ModelChoiceField(label=_("Source"), queryset=Source.objects.filter(archived=False), required=False, **options)


def group_fields(user: User, chosen: int) -> dict[str, forms.Field]:
    """Places for groups in order, of those that the user may change; later ones may stay empty."""
    choices = access.groups_with(user, GroupRight.EDIT).order_by("name")
    places = range(1, max(FEWEST, chosen + 2) + 1)
    return {
        f"group_{n}": forms.ModelChoiceField(
            label=_("First group") if n == 1 else _("When it is full, next"), queryset=choices, required=n == 1, empty_label="—"
        )
        for n in places
    }


def groups_of(form: forms.Form) -> list[Group]:
    """The groups that were chosen, in order, each once."""
    found = (form.cleaned_data[name] for name in form.fields if name.startswith("group_"))
    return list(dict.fromkeys(group for group in found if group is not None))


def places(groups: Iterable[Group]) -> dict[str, Group]:
    """The initial values of `group_fields`."""
    return {f"group_{n}": group for n, group in enumerate(groups, 1)}


class CodeForm(forms.Form):
    """A rotating code."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name of the code"), max_length=60, help_text=_("For yourselves: the article or video it stands in."))
    code = forms.CharField(
        label=_("Address"),
        max_length=32,
        required=False,
        validators=[SPELLING],
        help_text=_("Empty: eight letters. It cannot be changed later."),
    )
    source = source_field()
    pitch = forms.CharField(
        label=_("What the page says"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Empty: what the group is for, as its kind says."),
    )
    alone = forms.BooleanField(
        label=_("Its groups are entered by this code alone"),
        required=False,
        help_text=_("Then whoever joins without an inviter is noted as having come by it."),
    )

    def __init__(self, *args: Any, user: User, code: JoinCode | None = None, **kwargs: Any) -> None:
        chosen = [target.group for target in code.targets.all()] if code else []
        if code:
            kwargs["initial"] = {"version": code.version, "name": code.name, "source": code.source, "pitch": code.pitch}
            kwargs["initial"] |= {"alone": code.alone, **places(chosen)}
        super().__init__(*args, **kwargs)
        if code:
            del self.fields["code"]
        self.fields |= group_fields(user, len(chosen))

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {name: self.cleaned_data[name] for name in ("name", "source", "pitch", "alone")} | {"groups": groups_of(self)}


class EntranceForm(forms.Form):
    """The way into one group."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    picture = forms.FileField(
        label=_("Picture of the QR code"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG or WebP, at most 2 MB. A WeChat group's code lasts 7 days and stops at 200 members."),
    )
    without = forms.BooleanField(label=_("Take the picture away"), required=False)
    picture_until = forms.DateTimeField(
        label=_("The picture expires"),
        required=False,
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
        help_text=_("Empty: seven days from now."),
    )
    link = forms.URLField(label=_("Link into the group"), max_length=500, required=False, assume_scheme="https")
    steps = forms.CharField(
        label=_("Steps"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where neither link nor picture helps: whom to add as a friend, what to say."),
    )
    most = forms.IntegerField(
        label=_("Full at"), min_value=1, max_value=100_000, required=False, help_text=_("Members. Empty: as large as the group should be.")
    )
    shut = forms.BooleanField(label=_("Lets nobody in for now"), required=False)

    def __init__(self, *args: Any, entrance: Entrance, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(entrance, name) for name in ("version", "picture_until", "link", "steps", "most", "shut")}
        super().__init__(*args, **kwargs)
        if entrance.picture_id is None:
            del self.fields["without"]

    def clean_link(self) -> str:
        """Pages outside alone: nothing that a browser would run."""
        link = str(self.cleaned_data["link"])
        if link and not link.startswith(("https://", "http://")):
            raise forms.ValidationError(_("An address that begins with https://."))
        return link

    def clean_picture_until(self) -> datetime | None:
        """A moment; the form of it is the browser's."""
        found: datetime | None = self.cleaned_data["picture_until"]
        return found

    def upload(self) -> bytes | None:
        """What was uploaded, one byte more than may be at most."""
        file = self.cleaned_data.get("picture")
        return bytes(file.read(LARGEST + 1)) if file else None

    def values(self) -> dict[str, Any]:
        """What the service takes; a new picture does not inherit the date of the old one."""
        found = {name: self.cleaned_data[name] for name in ("picture_until", "link", "steps", "most", "shut")}
        if self.cleaned_data.get("picture") and "picture_until" not in self.changed_data:
            found["picture_until"] = None
        return found


class WaitForm(forms.Form):
    """What somebody leaves who waits for a place."""

    name = forms.CharField(label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "nickname"}))
    contact = forms.CharField(
        label=_("How we reach you"),
        max_length=100,
        min_length=3,
        help_text=_("WeChat ID, phone or mail. Used for this alone, and forgotten after 30 days."),
    )


def _codes(request: Any) -> QuerySet[JoinCode]:
    if request is None:
        return JoinCode.objects.none()
    foreign = Group.objects.exclude(pk__in=access.visible_to(request.user).values("pk"))
    return JoinCode.objects.exclude(targets__group__in=foreign).order_by("name")


class WaitingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?state= &code="""

    state = django_filters.ChoiceFilter(choices=WaitingState.choices, widget=forms.HiddenInput)
    code = django_filters.ModelChoiceFilter(label=_("Rotating code"), queryset=_codes, empty_label=_("All codes"))

    class Meta:
        model = Waiting
        fields: list[str] = []
