"""allauth.mfa's adapter: secrets are sealed, keys have names of ours, and the user's row knows whether there is a second factor."""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groupops.accounts import services as accounts
from groupops.shared import clock, secretbox


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Sealed secrets, our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is not right, or it was used already. Take the next one."),
    }

    def encrypt(self, text: str) -> str:
        """The secret of an app or of recovery codes, as the database keeps it."""
        return secretbox.seal({"text": text})

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again. Raises SecretsUnreadable."""
        text: str = secretbox.unseal(encrypted_text)["text"]
        return text

    def get_totp_label(self, user: Any) -> str:
        """The name that the app shows beside the code."""
        return str(user.username)

    def _get_user_identifier(self, user: Any) -> str:
        """The user name: e-mail addresses need not be there, and change."""
        return str(user.username)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002  (allauth's name)
        """A name to begin with; the person may choose another."""
        return _("Passkey of %(day)s") % {"day": clock.now().date().isoformat()}


def watch() -> None:
    """Follow what allauth does to second factors: an audit line each, and whether the user has one."""
    signals.authenticator_added.connect(_added, dispatch_uid="accounts.factors")
    signals.authenticator_removed.connect(_removed, dispatch_uid="accounts.factors")
    signals.authenticator_reset.connect(_renewed, dispatch_uid="accounts.factors")
    signals.authentication_failed.connect(_failed, dispatch_uid="accounts.factors")


def _added(user: Any, authenticator: Any, **more: Any) -> None:
    accounts.factor_added(user=user, sort=authenticator.type, name=str(authenticator), at=clock.now())


def _removed(user: Any, authenticator: Any, **more: Any) -> None:
    accounts.factor_removed(user=user, sort=authenticator.type, name=str(authenticator), at=clock.now())


def _renewed(user: Any, **more: Any) -> None:
    accounts.codes_renewed(user=user, at=clock.now())


def _failed(user: Any, request: Any, **more: Any) -> None:
    accounts.wrong_code(user=user, at=clock.now(), source=accounts_source(request))


def accounts_source(request: Any) -> str:
    """Where a wrong code came from: nobody is logged in yet."""
    from groupops.accounts.middleware import source_of  # imported late: middleware loads the models

    return source_of(request)
