"""App of the groups."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroupsConfig(AppConfig):
    """Groups, kinds, access, policies."""

    name = "groupops.groups"
    verbose_name = _("Groups")
