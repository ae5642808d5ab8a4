"""What the frame of every page needs: navigation, theme, language."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.accounts.guards import due
from groupops.accounts.middleware import THEME_COOKIE
from groupops.accounts.models import User
from groupops.accounts.policy import Right, Theme

# The letter that leads to a page after `g`; one letter a page.
GOTO = {
    "today": "t",
    "groups:list": "g",
    "members:roster": "m",
    "members:questions": "q",
    "moderation:queue": "v",
    "content:calendar": "k",
    "content:schedules": "c",
    "messaging:deliveries": "d",
    "messaging:connections": "a",
    "sandbox:list": "x",
    "people": "p",
    "record:audit": "l",
    "system": "s",
}
# (label, URL name, icon, right that is needed or None)
MENU: list[tuple[Promise | str, str, str, Right | None]] = [
    (_("Today"), "today", "home", None),
    (_("Groups"), "groups:list", "messages", None),
    (_("Members"), "members:roster", "users", None),
    (_("Question desk"), "members:questions", "message-question", None),
    (_("Moderation"), "moderation:queue", "gavel", None),
    (_("Calendar"), "content:calendar", "calendar-event", None),
    (_("Content"), "content:schedules", "article", None),
    (_("Send desk"), "messaging:deliveries", "send", None),
    (_("Channels"), "messaging:connections", "plug", Right.MANAGE_CONNECTIONS),
    (_("Sandbox"), "sandbox:list", "flask", Right.CREATE_GROUP),
    (_("People and roles"), "people", "shield", Right.MANAGE_PEOPLE),
    (_("Audit log"), "record:audit", "history", Right.SEE_AUDIT),
    (_("System status"), "system", "heartbeat", Right.SEE_SYSTEM),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html: `nav`, `theme`, `second_factor_due`. Costs no query beyond the user's own."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    theme = user.theme if user is not None and known else request.COOKIES.get(THEME_COOKIE, Theme.AUTO)
    return {"nav": _nav(request) if known else [], "theme": theme if theme in Theme.values else Theme.AUTO} | (
        {"second_factor_due": due(user)} if isinstance(user, User) else {}
    )


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    urls = [reverse(name) for _label, name, _icon, right in MENU]
    here = max((url for url in urls if _is_here(request.path, url)), key=len, default="")  # /members/questions/ is no page of /members/
    return [
        {"label": label, "url": url, "icon": icon, "active": url == here, "badge": "", "key": GOTO.get(name, "")}
        for label, name, icon, right in MENU
        if right is None or request.user.has_right(right)  # type: ignore[union-attr]
        for url in [reverse(name)]
    ]


def _is_here(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
