"""allauth's adapter: nobody signs up by themselves; logins and new passwords stand in the trail."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from groupops.accounts import services as accounts
from groupops.accounts.guards import SURE_AT
from groupops.accounts.middleware import source_of
from groupops.shared import clock
from groupops.shared.http import client_address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Closed sign-up; our addresses and our audit lines."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: users come by the first-user link or an invitation."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits count by, the same as everywhere else."""
        return client_address(request)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """After a login: one line in the trail."""
        user.request_source = source_of(request)
        accounts.signed_in(user=user, at=clock.now())
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A login counts as a proof as long as the proof itself would."""
        at = self.request.session.get(SURE_AT)
        return not isinstance(at, float) or not 0 <= clock.now().timestamp() - at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def set_password(self, user: Any, password: str) -> None:
        """The password-change page ends here."""
        accounts.set_password(user=user, password=password, at=clock.now())
