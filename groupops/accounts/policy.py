"""Roles and what each may do on the whole site; rights on one group are decided in groups.access."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The global role of a user (design: operators, admins, founders, volunteers; a viewer only reads)."""

    FOUNDER = "founder", _("Founder")
    OPERATOR = "operator", _("Operator")
    ADMIN = "admin", _("Admin")
    VOLUNTEER = "volunteer", _("Volunteer")
    VIEWER = "viewer", _("Viewer")


class Theme(TextChoices):
    """Light, dark, or what the device says."""

    AUTO = "auto", _("Like the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Right(StrEnum):
    """A right on the whole site."""

    MANAGE_PEOPLE = "manage_people"
    MANAGE_CONNECTIONS = "manage_connections"
    MANAGE_POLICY = "manage_policy"
    CREATE_GROUP = "create_group"
    SEE_ALL_GROUPS = "see_all_groups"
    SEE_AUDIT = "see_audit"
    SEE_SYSTEM = "see_system"
    EXPORT_PERSONS = "export_persons"  # everything about one person in a file
    ERASE_PERSONS = "erase_persons"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.FOUNDER: frozenset(Right),
    Role.OPERATOR: frozenset(Right) - {Right.MANAGE_PEOPLE, Right.ERASE_PERSONS},
    Role.ADMIN: frozenset({Right.SEE_ALL_GROUPS, Right.SEE_SYSTEM}),
    Role.VOLUNTEER: frozenset(),
    Role.VIEWER: frozenset({Right.SEE_ALL_GROUPS}),
}


# Who must log in with a second factor (design: guarantees, security: founder and admin). An operator may do more than an admin.
NEEDS_SECOND_FACTOR = frozenset({Role.FOUNDER, Role.OPERATOR, Role.ADMIN})
WRONG_CODES = 5  # of one person within WRONG_CODES_IN: then no code is looked at for the rest of it, right or wrong
WRONG_CODES_IN = timedelta(minutes=15)


def second_factor_due(role: str, *, since: datetime, has_one: bool, grace: timedelta) -> datetime | None:
    """Until when somebody of a role, who has it `since`, may work without a second factor; None where nothing is asked of them."""
    return None if has_one or role not in NEEDS_SECOND_FACTOR else since + grace


def outranks(mine: frozenset[Right], theirs: frozenset[Right]) -> bool:
    """Whether rights of `theirs` are all among `mine`: nobody acts upward, and nobody gives what he lacks."""
    return theirs <= mine


# What a browser says of itself, the more particular first: nearly every one also claims to be Chrome and Safari.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """A User-Agent as people call it: "Chrome · Windows"; empty where nothing is known of it."""
    names = (next((name for mark, name in known if mark in agent), "") for known in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, names))


class Scope(TextChoices):
    """What an API token may do, within what its user may."""

    READ = "read", _("Read")
    WRITE = "write", _("Read and write")


MOST_TOKENS = 20  # live ones of one person
