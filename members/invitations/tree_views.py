"""Who invited whom: the members who brought the most, and one member's branch of the tree."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from groupops.accounts.models import User
from groupops.groups.views.found import actor, is_htmx
from groupops.shared import paging
from members import queries as members
from members.invitations import branches, queries
from members.models import Person

DEEPEST = 12  # steps upwards that are shown


@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """Members by how many came by their invitations."""
    page = paging.page(queries.inviters(actor(request)), query=request.GET, order=("brought", "id"), size=30)
    return render(request, "members/invite_tree.html#list" if is_htmx(request) else "members/invite_tree.html", {"page": page})


@require_safe
def branch(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: by whom they came, step by step, and who came by them."""
    user = actor(request)
    row = get_object_or_404(members.persons_for(user), pk=person_id)
    page = paging.page(queries.brought_by(user, row), query=request.GET, order=("joined_at", "id"), size=30)
    if is_htmx(request):
        return render(request, "members/invite_branch.html#list", {"page": page})
    context = {"row": row, "page": page, "above": _above(user, row), "drawn": branches.below(user, row)}
    return render(request, "members/invite_branch.html", context)


def _above(user: User, row: Person) -> list[Person]:
    """The inviters upwards, the nearest last; it ends where nobody is known, where somebody comes twice, and after DEEPEST."""
    found: list[Person] = []
    seen, current = {row.pk}, row
    for _step in range(DEEPEST):
        inviter = queries.inviter_of(user, current)
        if inviter is None or inviter.pk in seen:
            break
        seen.add(inviter.pk)
        found.insert(0, inviter)
        current = inviter
    return found
