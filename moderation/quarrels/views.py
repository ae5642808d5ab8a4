"""冲突处理: quarrels, and the check-list of one: what was said, the steps with their texts, how it ended."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from groupops.groups.forms import attempt
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, undos
from groupops.shared.http import not_found_unless
from moderation.models import Quarrel
from moderation.policy.quarrels import Outcome, Step
from moderation.quarrels import queries, services

VIEWS = ("open", "mine", "closed")
TAKE, GIVE_BACK = "take", "give_back"


class CloseForm(forms.Form):
    """How it ended."""

    outcome = forms.ChoiceField(label=gettext_lazy("How it ended"), choices=Outcome.choices)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class SayForm(forms.Form):
    """What is said in the group."""

    text = forms.CharField(
        label=gettext_lazy("Said in the group"), max_length=services.LONGEST, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )


@require_safe
def quarrels(request: HttpRequest) -> HttpResponse:
    """?view= open | mine | closed, the newest first."""
    user, view = actor(request), request.GET.get("view") or "open"
    not_found_unless(view in VIEWS)
    rows = queries.quarrels_for(user)
    rows = rows.exclude(queries.OPEN) if view == "closed" else rows.filter(queries.OPEN)
    page = paging.page(rows.filter(assigned_to=user) if view == "mine" else rows, query=request.GET, order=("began_at", "id"))
    numbers = queries.counts(user)
    labels = {"open": _("To settle"), "mine": _("Taken by me"), "closed": _("Closed")}
    pills = [{"label": label, "url": f"?view={name}", "active": view == name, "count": numbers[name]} for name, label in labels.items()]
    template = "moderation/quarrels/list.html"
    context = {"page": page, "pills": pills, "steps": len(Step)}
    return render(request, f"{template}#list" if is_htmx(request) else template, context)


@require_safe
def quarrel(request: HttpRequest, pk: int) -> HttpResponse:
    """One: its sides, what was said, the steps, how it ended."""
    return _page(request, queries.quarrel_for(actor(request), pk))


def _page(request: HttpRequest, row: Quarrel, *, status: int = 200, **forms_: Any) -> HttpResponse:
    texts = queries.texts(row)
    first = texts[Step.INTERVENE][0][1]
    context = {
        "quarrel": row,
        "steps": [{"row": step, "texts": texts[Step(step.step)], "speaks": step.step == Step.INTERVENE} for step in row.steps.all()],
        "said": queries.said_in(row),
        "close": CloseForm(),
        "say": SayForm(initial={"text": first}),
        "me": actor(request),
    }
    return render(request, "moderation/quarrels/quarrel.html", context | forms_, status=status)


@require_POST
@once
def assign(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """`to` is take or give_back."""
    not_found_unless(to in (TAKE, GIVE_BACK))
    user = actor(request)
    services.assign(quarrel=queries.quarrel_for(user, pk), to=user if to == TAKE else None, by=user, at=clock.now())
    messages.success(request, _("You take care of it.") if to == TAKE else _("Somebody else can take care of it."))
    return refreshed(request, "moderation:quarrel", pk)


@require_POST
@once
def tick(request: HttpRequest, pk: int, step: str, to: str) -> HttpResponse:
    """A step is done, or open again."""
    not_found_unless(step in Step.values and to in ("done", "open"))
    row = queries.quarrel_for(actor(request), pk)
    services.tick(quarrel=row, step=Step(step), done=to == "done", by=actor(request), at=clock.now())
    undoing = undos.tags(reverse("moderation:quarrel-step", args=[pk, step, "open"])) if to == "done" else ""
    messages.success(request, _("Done.") if to == "done" else _("It is to be done again."), extra_tags=undoing)
    return refreshed(request, "moderation:quarrel", pk)


@require_POST
@once
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Step in: said in the group by the outbox."""
    row, form = queries.quarrel_for(actor(request), pk), SayForm(request.POST)
    saved, status = attempt(form, lambda: services.say(quarrel=row, text=form.cleaned_data["text"], by=actor(request), at=clock.now()))
    if not saved:
        return _page(request, row, status=status, say=form)
    messages.success(request, _("It is on its way to the group."))
    return refreshed(request, "moderation:quarrel", pk)


@require_POST
@once
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """How it ended."""
    row, form = queries.quarrel_for(actor(request), pk), CloseForm(request.POST)
    saved, status = attempt(
        form,
        lambda: services.close(
            quarrel=row,
            outcome=Outcome(form.cleaned_data["outcome"]),
            note=form.cleaned_data["note"],
            by=actor(request),
            at=clock.now(),
        ),
    )
    if not saved:
        return _page(request, row, status=status, close=form)
    messages.success(request, _("It is closed."), extra_tags=undos.tags(reverse("moderation:quarrel-reopen", args=[pk])))
    return refreshed(request, "moderation:quarrels")


@require_POST
@once
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the closing back."""
    services.reopen(quarrel=queries.quarrel_for(actor(request), pk), by=actor(request), at=clock.now())
    messages.success(request, _("It is open again."))
    return refreshed(request, "moderation:quarrel", pk)
