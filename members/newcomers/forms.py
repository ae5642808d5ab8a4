"""Forms of the newcomers: who looks after somebody, where a test of the welcome goes."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.groups import access
from groupops.groups.access import BY_ROLE, GroupRight
from groupops.groups.models import Group
from groupops.shared import clock
from members.models import Membership, Newcomer
from members.newcomers import queries

ACTIVE_DAYS, MOST = 30, 40


class BuddyForm(forms.Form):
    """A colleague, or one of the members who speak the most."""

    buddy = forms.ChoiceField(label=_("Buddy"), required=False)

    def __init__(self, data: Any = None, *, newcomer: Newcomer) -> None:
        present = f"user:{newcomer.buddy_user_id}" if newcomer.buddy_user_id else f"member:{newcomer.buddy_member_id}"
        super().__init__(data, initial={"buddy": present})
        self.users = {user.pk: user for user in _colleagues(newcomer.group)}
        self.members = {row.pk: row for row in _active(newcomer)}
        self.fields["buddy"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody")),
            (_("Colleagues"), [(f"user:{pk}", str(user)) for pk, user in self.users.items()]),
            (_("Active members"), [(f"member:{pk}", row.person.name) for pk, row in self.members.items()]),
        ]

    def chosen(self) -> dict[str, Any]:
        """As the service takes it."""
        kind, _colon, pk = self.cleaned_data["buddy"].partition(":")
        if not pk:
            return {}
        return {"user": self.users[int(pk)]} if kind == "user" else {"member": self.members[int(pk)]}


def _colleagues(group: Group) -> Any:
    """Who may care for the group."""
    by_role = [role for role in Role if GroupRight.CARE in BY_ROLE[role]]
    rows = User.objects.filter(Q(role__in=by_role) | Q(posts__group=group, posts__until=None), is_active=True)
    return rows.distinct().order_by("name", "pk")[:200]


def _active(newcomer: Newcomer) -> list[Membership]:
    """Who spoke the most lately, and whoever is the buddy now."""
    since = (clock.now() - timedelta(days=ACTIVE_DAYS)).date()
    rows = Membership.objects.filter(group=newcomer.group_id, left_at=None).exclude(pk=newcomer.membership_id)
    spoke = Q(activity__day__gte=since)
    rows = rows.annotate(said=Sum("activity__messages", filter=spoke)).filter(Q(said__gt=0) | Q(pk=newcomer.buddy_member_id))
    return list(rows.select_related("person").order_by("-said", "pk")[:MOST])


class TryForm(forms.Form):
    """A group with a room in which the welcome is tried."""

    room = forms.ModelChoiceField(label=_("Say it as a test in"), queryset=Group.objects.none())

    def __init__(self, data: Any = None, *, by: User) -> None:
        super().__init__(data)
        rooms = access.groups_with(by, GroupRight.CONTENT, sandboxes=True).filter(binding__isnull=False)
        self.fields["room"].queryset = rooms.order_by("name")  # type: ignore[attr-defined]


class PreviewForm(forms.Form):
    """Of which group."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=Group.objects.none(), empty_label=None)

    def __init__(self, data: Any = None, *, by: User) -> None:
        super().__init__(data)
        self.fields["group"].queryset = queries.groups_to_preview(by, (data or {}).get("group", ""))  # type: ignore[attr-defined]
