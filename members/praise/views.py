"""Praises that wait: each with its draft, to be copied, or changed and said in the group."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.forms import refuse
from groupops.groups.views.found import actor, is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused
from members.caring import CareState
from members.praise import queries
from members.praise import services as praise


class PraiseForm(forms.Form):
    """The words."""

    text = forms.CharField(label=gettext_lazy("Praise"), max_length=praise.LONGEST, widget=forms.Textarea(attrs={"rows": 4}))


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The praises that wait in the groups one cares for, the newest first."""
    rows = queries.praises_for(actor(request)).filter(state=CareState.OPEN, membership__left_at=None)
    page = paging.page(rows, query=request.GET, order=("created_at", "id"))
    return render(request, "members/praises.html#list" if is_htmx(request) else "members/praises.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the draft and have it said."""
    row = get_object_or_404(queries.praises_for(actor(request)), pk=pk)
    access.demand(actor(request), GroupRight.CARE, row.group)
    form = PraiseForm(request.POST if request.method == "POST" else None, initial={"text": row.note})
    if form.is_valid():
        try:
            praise.say(task=row, text=form.cleaned_data["text"], by=actor(request), at=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("It is on its way."))
            return redirect("members:praises")
    return render(request, "members/praise.html", {"row": row, "form": form}, status=422 if form.errors else 200)
