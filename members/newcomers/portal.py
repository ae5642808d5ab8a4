"""Pages for members, who never log in: the rules with "I have read them", and a group's own page (群主页). GET changes nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groupops.accounts.middleware import public
from groupops.groups import queries as groups
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle, filled
from groupops.shared import clock
from members.arriving import Acknowledged
from members.models import RulesAcknowledgement
from members.newcomers import addresses, queries, services


@public
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, link: str) -> HttpResponse:
    """One member's page of the rules. POST: they have read the version in force. 404 once they have left."""
    member = addresses.member_of(link)
    if member is None or member.group.lifecycle == Lifecycle.ARCHIVED:
        raise Http404(_("There is nothing here."))
    if request.method == "POST":
        services.acknowledge(membership=member, how=Acknowledged.PAGE, by=None, at=clock.now())
        return redirect("portal:rules", link)
    in_force = groups.current_rules(member.group)
    read = RulesAcknowledgement.objects.filter(membership=member, rules=in_force).first() if in_force else None
    context = _common(member.group) | {"member": member, "read": read, "link": link}
    return render(request, "portal/rules.html", context)


@public
@require_safe
def home(request: HttpRequest, link: str) -> HttpResponse:
    """群主页: what a group is, its rules, highlights and tools."""
    group = addresses.group_of(link)
    if group is None or group.lifecycle == Lifecycle.ARCHIVED:
        raise Http404(_("There is nothing here."))
    return render(request, "portal/group.html", _common(group))


def _common(group: Group) -> dict[str, object]:
    in_force, rule = groups.current_rules(group), queries.welcome_rules([group.pk])[group.pk]
    return {
        "group": group,
        "rules": in_force,
        "text": filled(in_force.text, group.name) if in_force else "",
        "rule": rule,
        "hint": queries.join_hint(group, rule),
    }
