"""Forms of the accounts."""

import zoneinfo
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Role, Scope

if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
else:
    UserForm = forms.ModelForm  # not generic while it runs


@lru_cache
def zones() -> list[str]:
    """Every zone a person may choose, by name."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [*names, "UTC"]


class ZoneInput(forms.TextInput):
    """A text field that proposes zones while one types; 600 options want searching, not scrolling."""

    template_name = "accounts/zone_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """With the names to propose."""
        return super().get_context(name, value, attrs) | {"zones": zones(), "list_id": f"{name}-zones"}


class ZoneField(forms.CharField):
    """A zone of the zone database."""

    widget = ZoneInput

    def clean(self, value: Any) -> str:
        """The zone's name, or a ValidationError."""
        name: str = super().clean(value)
        if name and name not in zones():
            raise forms.ValidationError(_("There is no such time zone. Try a city, like Asia/Shanghai."))
        return name


class PersonForm(UserForm):
    """What a founder changes of a person."""

    class Meta:
        model = User
        fields = ("name", "email", "role")


class PeopleFilter(forms.Form):
    """Filters of the list of people."""

    q = forms.CharField(label=_("Name or username"), required=False, max_length=60)
    role = forms.ChoiceField(label=_("Role"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("All roles")), *Role.choices]  # type: ignore[attr-defined]
        states = [("", _("All states")), ("active", _("Active")), ("invited", _("Invited")), ("off", _("Deactivated"))]
        self.fields["state"].choices = states  # type: ignore[attr-defined]


class PasswordForm(forms.Form):
    """A password, twice. `user` is whose it becomes: it must not resemble their name."""

    password1 = forms.CharField(label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    password2 = forms.CharField(label=_("Password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password1"].help_text = _("At least ten characters, not a common password, not your name.")

    def clean(self) -> dict[str, Any]:
        """The two are the same, and good enough."""
        values: dict[str, Any] = super().clean() or {}
        first, second = values.get("password1"), values.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        elif first:
            try:
                password_validation.validate_password(first, self.whose(values))
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return values

    def whose(self, values: dict[str, Any]) -> User | None:
        """The user the password is for."""
        return self.user


class FirstUserForm(PasswordForm):
    """The founder who opens the installation."""

    username = forms.CharField(label=_("Username"), max_length=150, validators=[User.username_validator])
    name = forms.CharField(label=_("Name"), max_length=60)
    field_order = ("username", "name", "password1", "password2")

    def whose(self, values: dict[str, Any]) -> User:
        """The user that would come of it."""
        return User(username=values.get("username", ""), name=values.get("name", ""))


class ProfileForm(UserForm):
    """One's own name, address, language, theme and zone."""

    zone = ZoneField(label=_("Time zone"), max_length=40, help_text=_("Times on every page are shown in it."))

    class Meta:
        model = User
        fields = ("name", "email", "language", "theme", "zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the site says")), *self.fields["language"].choices[1:]]  # type: ignore[attr-defined]


class PreferencesForm(UserForm):
    """The two switches of every page; either may be missing."""

    class Meta:
        model = User
        fields = ("language", "theme")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False


class TokenForm(forms.Form):
    """A new API token."""

    LIVES = [("30", _("30 days")), ("90", _("90 days")), ("365", _("A year")), ("", _("Until revoked"))]

    name = forms.CharField(label=_("What for"), max_length=60, help_text=_("For example: nightly export"))
    scope = forms.ChoiceField(label=_("May"), choices=Scope.choices, initial=Scope.READ)
    days = forms.ChoiceField(label=_("Valid for"), choices=LIVES, required=False, initial="90")

    def expires_at(self, at: datetime) -> datetime | None:
        """When it ends, of a valid form."""
        days = self.cleaned_data["days"]
        return at + timedelta(days=int(days)) if days else None
