"""Signed links of the newcomers' pages: one newcomer's page of the rules, and a group's own page (群主页)."""

from django.conf import settings
from django.urls import reverse

from groupops.groups.models import Group
from groupops.shared import links
from members.models import GroupPageKey, Membership

RULES, HOME = "members.rules", "members.group"
HOME_KEY = "1"  # until the link is changed


def rules_url(membership_id: int, rejoins: int = 0) -> str:
    """Where one member confirms that they have read the rules. It opens for one stay: who comes back gets another."""
    return _full("portal:rules", links.sign(RULES, [membership_id], key=_stay(rejoins)))


def home_url(group_id: int) -> str:
    """A group's own page, the same for everybody until the link is changed. One query."""
    return _full("portal:group", links.sign(HOME, [group_id], key=_home_key(group_id)))


def _home_key(group_id: int) -> str:
    return GroupPageKey.objects.filter(group=group_id).values_list("key", flat=True).first() or HOME_KEY


def _full(name: str, link: str) -> str:
    return settings.PUBLIC_URL + reverse(name, args=[link])


def member_of(link: str) -> Membership | None:
    """The present member whose page of the rules it is."""
    found = links.read(RULES, link)
    if found is None or not _is_number(found[0]):
        return None
    row = Membership.objects.filter(pk=found[0][0], left_at=None).select_related("person", "group__kind").first()
    return row if row is not None and links.holds(str(found[1]), _stay(row.rejoins)) else None


def group_of(link: str) -> Group | None:
    """The group whose own page it is."""
    found = links.read(HOME, link)
    if found is None or not _is_number(found[0]) or not links.holds(str(found[1]), _home_key(found[0][0])):
        return None
    return Group.objects.select_related("kind").filter(pk=found[0][0]).first()


def _is_number(subject: object) -> bool:
    return isinstance(subject, list) and len(subject) == 1 and isinstance(subject[0], int)


def _stay(rejoins: int) -> str:
    return f"stay {rejoins}"
