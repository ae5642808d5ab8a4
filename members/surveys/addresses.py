"""The links of forms: one for everybody of a group, one for each member alone."""

from django.conf import settings
from django.urls import reverse

from groupops.groups.models import Group
from groupops.shared import links
from members.models import MemberForm
from members.surveys.queries import GROUP_LINK, PERSONAL_LINK


def group_link(form: MemberForm, group: Group) -> str:
    """The signed part of the address for everybody of a group."""
    return links.sign(GROUP_LINK, [form.pk, group.pk], key=form.key)


def group_url(form: MemberForm, group: Group) -> str:
    """The address for everybody of a group, whole."""
    return settings.PUBLIC_URL + reverse("portal:form-of-group", args=[group_link(form, group)])


def personal_link(form: MemberForm, membership_id: int) -> str:
    """The signed part of one member's own address."""
    return links.sign(PERSONAL_LINK, [form.pk, membership_id], key=form.key)


def personal_url(form: MemberForm, membership_id: int) -> str:
    """One member's own address, whole: whoever has it answers as them."""
    return settings.PUBLIC_URL + reverse("portal:form", args=[personal_link(form, membership_id)])
