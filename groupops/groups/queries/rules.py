"""群规, asked: the version in force, the template, the versions."""

from django.db.models import QuerySet

from groupops.groups.models import Group, Kind, RuleSet
from groupops.groups.policy import compose


def base_rules() -> RuleSet | None:
    """The newest base template; None where nobody ever wrote one."""
    return versions(None).first()


def current_rules(group: Group) -> RuleSet | None:
    """The rules in force in a group, which strikes cite; None where it has none yet."""
    return versions(group).first()


def versions(group: Group | None) -> QuerySet[RuleSet]:
    """Every version of a group's rules (None: of the base template), newest first."""
    return RuleSet.objects.filter(group=group).select_related("by").order_by("-version")


def template_for(kind: Kind) -> str:
    """What a new group of the kind starts with: the base template and the kind's extension as one text."""
    base = base_rules()
    return compose(base.text if base else "", kind.rules_extension)
