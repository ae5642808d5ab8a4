"""Answer several questions at once: who asked what, the text, what each group will read."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock, skipping
from groupops.shared.http import ids, not_found_unless
from members.asking import QuestionState
from members.models import Question
from members.models.questions import ANSWER_LENGTH
from members.questions import answering, queries

MOST = 200


class AnswerForm(forms.Form):
    """What is said."""

    text = forms.CharField(label=gettext_lazy("Answer"), max_length=ANSWER_LENGTH, widget=forms.Textarea(attrs={"rows": 5}))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def answer(request: HttpRequest) -> HttpResponse:
    """The chosen open questions (`pk`, several) and one text for all of them; one message goes to each of their groups."""
    chosen = ids((request.POST if request.method == "POST" else request.GET).getlist("pk")[:MOST])
    rows = list(queries.questions_for(actor(request)).filter(pk__in=chosen, state=QuestionState.OPEN).order_by("asked_at", "pk"))
    not_found_unless(rows)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        result = answering.answer(questions=rows, text=form.cleaned_data["text"], by=actor(request), at=clock.now())
        _tell(request, result.done, [(str(row.group), why) for row, why in result.skipped])
        return redirect("members:questions")
    return render(request, "members/answer.html", _context(rows, form), status=422 if form.errors else 200)


def _context(rows: list[Question], form: AnswerForm) -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row.group.name, []).append(row.membership.person.name)
    said = form["text"].value() or _("(your answer)")
    bubbles = [{"group": name, "text": answering.addressed(asked, said)} for name, asked in groups.items()]
    return {"rows": rows, "form": form, "bubbles": bubbles}


def _tell(request: HttpRequest, done: list[Question], skipped: list[tuple[str, Any]]) -> None:
    text = ngettext("The answer to %(n)d question is on its way.", "The answer to %(n)d questions is on its way.", len(done))
    messages.success(request, text % {"n": len(done)})
    if skipped:
        messages.warning(request, skipping.sentence(skipped[: skipping.TOLD], count=len(skipped)))
