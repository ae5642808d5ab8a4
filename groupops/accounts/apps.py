"""App of the accounts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users, roles, tokens."""

    name = "groupops.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Register the token with the API schema, and listen to logins and to what becomes of second factors."""
        from groupops.accounts import factors, guards, schema  # noqa: F401  (importing registers the schema)

        factors.watch()
        guards.watch()
