"""Roles and what each may do on the whole site; rights on one group are decided in groups.access."""

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


class Scope(TextChoices):
    """What an API token may do, within what its user may."""

    READ = "read", _("Read")
    WRITE = "write", _("Read and write")


MOST_TOKENS = 20  # live ones of one person
