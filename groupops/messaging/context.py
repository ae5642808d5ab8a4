"""What stands still everywhere, on every page: nobody shall wonder why nothing leaves."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from groupops.accounts.policy import Right
from groupops.messaging import queries


def pauses(request: HttpRequest) -> dict[str, Any]:
    """Context `all_paused`: the pauses of everything, one query where a page draws them; `may_pause_all`. Fragments never ask."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "all_paused": SimpleLazyObject(lambda: list(queries.pauses_at(None))),
        "may_pause_all": user.has_right(Right.MANAGE_CONNECTIONS),
    }
