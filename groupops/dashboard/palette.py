"""The command palette: pages, actions, groups and members by name."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.accounts.context import MENU
from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from members.models import Membership

LIMIT = 6
Entry = tuple[Promise | str, str, str, Right | None]  # label, URL name, icon, the right it needs


@dataclass(frozen=True)
class Hit:
    """One line of the palette."""

    label: Promise | str
    url: str
    icon: str
    hint: Promise | str = ""


@dataclass(frozen=True)
class Section:
    """Hits of one sort under a title."""

    title: Promise | str
    hits: list[Hit]


ACTIONS: list[Entry] = [
    (_("Create a group"), "groups:create", "plus", Right.CREATE_GROUP),
    (_("Connect a channel"), "messaging:connect", "plug", Right.MANAGE_CONNECTIONS),
    (_("Pause all sending"), "messaging:pause-all", "player-pause", Right.MANAGE_CONNECTIONS),
    (_("My profile"), "profile", "user", None),
    (_("API tokens"), "tokens", "key", None),
    (_("API documentation"), "api-docs", "book", None),
]


def hits(user: User, text: str) -> list[Section]:
    """At most a screenful: pages and actions whose name holds `text`, then groups, then members. Two queries."""
    text = text.strip().lower()
    sections = [Section(_("Pages"), _named(user, MENU, text)), Section(_("Actions"), _named(user, ACTIONS, text))]
    if text:
        sections += [Section(_("Groups"), _groups(user, text)), Section(_("Members"), _members(user, text))]
    return [section for section in sections if section.hits]


def _named(user: User, entries: list[Entry], text: str) -> list[Hit]:
    return [
        Hit(label, reverse(name), icon)
        for label, name, icon, right in entries
        if (right is None or user.has_right(right)) and text in str(label).lower()
    ]


def _groups(user: User, text: str) -> list[Hit]:
    rows = access.visible_to(user).filter(name__icontains=text).order_by("name")[:LIMIT]
    return [Hit(row.name, reverse("groups:detail", args=[row.pk]), "messages") for row in rows]


def _members(user: User, text: str) -> list[Hit]:
    rows = (
        Membership.objects.filter(group__in=access.visible_to(user), person__name__icontains=text, left_at=None)
        .select_related("person", "group")
        .order_by("-last_spoke_at", "-id")[:LIMIT]
    )
    return [Hit(row.person.name, reverse("members:profile", args=[row.person_id]), "user", row.group.name) for row in rows]
