"""allauth.mfa's adapter: secrets are sealed, keys have names of ours, and the user's row knows whether there is a second factor."""

from typing import Any

from allauth.core import context
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groupops.accounts import services as accounts
from groupops.accounts.middleware import source_of
from groupops.accounts.models import User
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
    """Follow what becomes of second factors, inside the same transaction: an audit line each, and whether the user has one.

    Not allauth's own signals: of an app they are sent after the commit, and a crash between the two would leave the user without a mark.
    """
    post_save.connect(_saved, sender="mfa.Authenticator", dispatch_uid="accounts.factors")
    post_delete.connect(_deleted, sender="mfa.Authenticator", dispatch_uid="accounts.factors")
    signals.authentication_failed.connect(_failed, dispatch_uid="accounts.factors")


def _saved(instance: Any, created: bool, **more: Any) -> None:
    if not created:  # used, or renamed
        return
    if instance.type == accounts.CODES:
        accounts.codes_renewed(user=_whose(instance), at=clock.now())
    else:
        accounts.factor_added(user=_whose(instance), sort=instance.type, name=str(instance), at=clock.now())


def _deleted(instance: Any, **more: Any) -> None:
    """Recovery codes go with the last factor, or for new ones: no line of their own."""
    if instance.type != accounts.CODES:
        accounts.factor_removed(user=_whose(instance), sort=instance.type, name=str(instance), at=clock.now())


def _whose(authenticator: Any) -> User:
    """Its owner, as the request knows them: that one knows where the act came from."""
    asking = getattr(context.request, "user", None)
    owner: User = asking if asking is not None and asking.pk == authenticator.user_id else authenticator.user
    return owner


def _failed(user: Any, request: Any, **more: Any) -> None:
    """Nobody may be logged in yet: the line says for whom the code was, and where it came from."""
    accounts.wrong_code(user=user, at=clock.now(), source=source_of(request))
