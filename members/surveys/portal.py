"""A form as a member sees it: behind their own link, or behind the one of their group. Looking changes nothing; sending is limited."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groupops.accounts.middleware import public
from groupops.groups.forms import attempt
from groupops.groups.models import Group
from groupops.shared import clock
from groupops.shared.throttle import limited
from members.models import MemberForm
from members.surveying import takes
from members.surveys import answering, queries
from members.surveys.forms import AnswerForm

SENT = "sent"


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited
def personal(request: HttpRequest, link: str) -> HttpResponse:
    """Somebody's own form: whose it is, is known."""
    found = queries.by_personal_link(link)
    if found is None:
        raise Http404(_("This link does not hold."))
    form, member = found

    def take(typed: AnswerForm) -> None:
        answering.answer(form=form, membership=member, said=typed.said(), at=clock.now())

    return _page(request, form, member.group, take, named=False, name=member.human.name, answered=queries.has_answered(form, member))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited
def of_group(request: HttpRequest, link: str) -> HttpResponse:
    """The form for everybody of a group: whoever fills it in says who they are."""
    found = queries.by_group_link(link)
    if found is None:
        raise Http404(_("This link does not hold."))
    form, group = found

    def take(typed: AnswerForm) -> None:
        who = {"name": typed.cleaned_data["name"].strip(), "account": typed.cleaned_data["account"].strip()}
        answering.answer_in_group(form=form, group=group, **who, said=typed.said(), at=clock.now())

    return _page(request, form, group, take, named=True)


def _page(
    request: HttpRequest,
    form: MemberForm,
    group: Group,
    take: Callable[[AnswerForm], None],
    *,
    named: bool,
    name: str = "",
    answered: bool = False,
) -> HttpResponse:
    typed = AnswerForm(request.POST if request.method == "POST" else None, asks=queries.fields_of(form), named=named)
    status = 200
    if request.method == "POST":
        _none, status = attempt(typed, lambda: take(typed))
        if status == 200:
            return redirect(f"{request.path}?{SENT}=1")
    context = {
        "form": form,
        "group": group,
        "typed": typed,
        "name": name,
        "is_sent": SENT in request.GET,
        "answered": answered,
        "takes": takes(state=form.state, opens_at=form.opens_at, closes_at=form.closes_at, at=clock.now()),
    }
    return render(request, "portal/form.html", context, status=status)
