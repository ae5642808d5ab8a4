"""What an account's platform says of it, as an answer and never as an error."""

from collections.abc import Callable

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter.errors import AccountRestricted, AdapterError, LoginRequired
from groupops.messaging.adapter.seeing import Check, Health


def standing(ask: Callable[[], str]) -> Check:
    """`ask` gives the account's name, or raises as any call does."""
    try:
        account = ask()
    except LoginRequired as error:
        return Check(Health.NEEDS_LOGIN, error.message)
    except AccountRestricted as error:
        return Check(Health.RESTRICTED, error.message)
    except AdapterError as error:
        return Check(Health.DOWN, error.message)
    return Check(Health.OK, _("The account is accepted."), account)
