"""Forms of second factors: our words, and no code is looked at once too many were wrong."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts import queries
from groupops.accounts.policy import WRONG_CODES
from groupops.shared import clock

KEYPAD = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "placeholder": ""}


class _Limited:
    """Counts in the audit trail: the cache may be gone, and guessing must not become free with it."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.label, field.max_length = _("Code"), 20
        field.widget.attrs.update(KEYPAD)

    def clean_code(self) -> str:
        """The code, if it is right."""
        if queries.wrong_codes(self.user, at=clock.now()) >= WRONG_CODES:
            raise forms.ValidationError(_("Too many wrong codes. Wait 15 minutes, or use a passkey."))
        code: str = super().clean_code()  # type: ignore[misc]
        return code


class CodeForm(_Limited, AuthenticateForm):  # type: ignore[misc]
    """The second step of a login: a code of the app, or a recovery code."""


class AgainForm(_Limited, ReauthenticateForm):  # type: ignore[misc]
    """The same, before something dangerous."""


class ActivateForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code that the app shows now")
        self.fields["code"].widget.attrs.update(KEYPAD)


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey or security key."""

    field_order = ("name", "passwordless", "credential")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label, self.fields["name"].max_length = _("Name of this key"), 60
        self.fields["name"].validators.append(forms.CharField(max_length=60).validators[0])
        box = self.fields["passwordless"]
        box.label, box.initial = _("Log in with this key alone"), True
        box.help_text = _("Without user name and password. The device then asks for a fingerprint, a face or a PIN.")


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a key."""

    name = forms.CharField(label=_("Name of this key"), max_length=60)
