"""策略预演: what was asked, a form to ask, and what came out beside what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.forms import attempt, policy_form
from groupops.groups.views.found import actor, is_htmx
from groupops.inbound.models import StoredEvent
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import ids, not_found_unless
from groupops.shared.masking import masked
from moderation.detection.rules import RuleKind
from moderation.forms import RuleForm
from moderation.models import Rehearsal, RehearsedCase, Rule
from moderation.models.rehearsals import Compared, RunState
from moderation.policy import Held, LadderRule
from moderation.queries.rules import visible_rules
from moderation.rehearsals import queries, trying
from moderation.rehearsals import services as rehearsing
from moderation.rehearsals.forms import RehearsalForm
from moderation.wording import KINDS

SHOWN = 3  # messages of a case
NOT_TRIED = ("explanation", "starts_at", "ends_at")  # members read it, or it speaks of the time to come
OPEN = (RunState.WAITING, RunState.RUNNING)


@require_safe
def rehearsals(request: HttpRequest) -> HttpResponse:
    """Every one the reader may see, the newest first."""
    user = actor(request)
    page = paging.page(queries.rehearsals_for(user), query=request.GET, order=("at", "id"))
    context = {"page": page, "may": _may_ask(user)}
    template = "moderation/rehearsals/list.html"
    return render(request, f"{template}#list" if is_htmx(request) else template, context)


def _may_ask(user: User) -> bool:
    return user.has_right(Right.MANAGE_POLICY) or access.groups_with(user, GroupRight.MODERATE).exists()


@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: HttpRequest) -> HttpResponse:
    """Ask for one. ?rule= a rule that is tried otherwise than stored, ?sort= a rule that nobody saved, ?ladder=1 other ladders."""
    user, data = actor(request), request.POST if request.method == "POST" else None
    if not _may_ask(user):
        access.demand_on_site(user, Right.MANAGE_POLICY)
    form = RehearsalForm(data, user=user, initial={"group": next(iter(ids([request.GET.get("group", "")])), None)})
    trial = _trial(request, user, data)
    if data is None:
        return _form(request, form, trial)
    if not form.is_valid():
        return _form(request, form, trial, status=422)
    change, status = trial.change(form.asked())
    if change is None:
        return _form(request, form, trial, status=status)
    row = rehearsing.ask(**form.asked(), change=change, by=user, at=clock.now())
    return redirect("moderation:rehearsal", row.pk)


@dataclass(frozen=True)
class _Trial:
    """What is tried: the form of a rule (stored or not) or of the ladders; without a form nothing."""

    form: Any = None
    rule: Rule | None = None
    sort: RuleKind | None = None

    def change(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any] | None, int]:
        """As a rehearsal keeps it, and 200; None and the status where it cannot be, with what is wrong on the form."""
        form, rule = self.form, self.rule
        if form is None:
            return {}, 200
        if rule is not None:
            return attempt(form, lambda: trying.of_rule(rule, form.values()))
        if self.sort:
            return attempt(form, lambda: {"drafts": [trying.of_draft(form.values(), form.word_lists)]})
        place = {"group": asked["group"], "kind": asked["kind"]}
        return attempt(form, lambda: {"ladder": trying.of_ladder(form.cleaned_data, **place)})


def _trial(request: HttpRequest, user: User, data: QueryDict | None) -> _Trial:
    if request.GET.get("ladder"):
        form = policy_form(LadderRule, data, initial=LadderRule())
        del form.fields["why"]
        return _Trial(form)
    given: dict[str, Any] = {"groups": access.groups_with(user, GroupRight.EDIT), "site": True}
    if sort := request.GET.get("sort"):
        not_found_unless(sort in set(RuleKind))
        return _Trial(_without(RuleForm(data, sort=RuleKind(sort), **given), "group", "kind", *NOT_TRIED), sort=RuleKind(sort))
    if "rule" not in request.GET:
        return _Trial()
    rule = get_object_or_404(visible_rules(user), pk__in=ids([request.GET["rule"]]))
    made = RuleForm(data, instance=rule, sort=RuleKind(rule.sort), **given)
    return _Trial(_without(made, "name", "group", "kind", "lists", *NOT_TRIED), rule)


def _without(form: RuleForm, *names: str) -> RuleForm:
    for name in names:
        form.fields.pop(name, None)
    return form


def _form(request: HttpRequest, form: forms.Form, trial: _Trial, *, status: int = 200) -> HttpResponse:
    stored = Rule.objects.get(pk=trial.rule.pk) if trial.rule else None
    context = {"form": form, "rule": stored, "tried": trial.form, "sort": KINDS[trial.sort] if trial.sort else ""}
    return render(request, "moderation/rehearsals/new.html", context, status=status)


@require_safe
def rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    """What came out. ?compared= new | same | gone; while it runs, how far it is (?poll=1)."""
    user = actor(request)
    row = queries.rehearsal_for(user, pk)
    result = getattr(row, "result", None)
    if result is None:
        template = "moderation/rehearsals/rehearsal.html"
        part = f"{template}#progress" if "poll" in request.GET and row.state in OPEN else template
        return render(request, part, {"row": row, "running": row.state in OPEN, "change": _told(row)})
    if "poll" in request.GET:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    compared = request.GET.get("compared", "")
    not_found_unless(compared in ("", *Compared.values))
    cases = queries.cases_of(row, user)
    page = paging.page(cases.filter(compared=compared) if compared else cases, query=request.GET, order=("at", "id"))
    context = {"row": row, "result": result, "page": page, "lines": _lines(page.rows, _drafts(row), user), "change": _told(row)}
    context |= {"pills": _pills(request, result.numbers, compared), "sums": _sums(result.numbers, result.rules)}
    template = "moderation/rehearsals/rehearsal.html"
    return render(request, f"{template}#list" if is_htmx(request) else template, context)


def _drafts(row: Rehearsal) -> list[str]:
    return [one["name"] for one in row.change.get("drafts", [])]


def _told(row: Rehearsal) -> str:
    """What was tried, in words."""
    if pk := row.change.get("rule"):
        name = Rule.objects.filter(pk=pk).values_list("name", flat=True).first() or ""
        return _("Tried: other settings of “%(rule)s”.") % {"rule": name}
    if drafts := _drafts(row):
        return _("Tried: %(rules)s, not saved.") % {"rules": ", ".join(drafts)}
    return _("Tried: other ladders.") if row.change.get("ladder") else ""


def _lines(rows: Sequence[RehearsedCase], drafts: Sequence[str], user: User) -> list[dict[str, Any]]:
    """Cases with their messages, where the reader may see evidence; `drafts`: names of the rules that nobody saved. Two queries."""
    readable = queries.may_read(user, {row.group_id: row.group for row in rows}.values())
    wanted = {event for row in rows if row.group_id in readable for event in row.events[:SHOWN]}
    said = dict(StoredEvent.objects.filter(pk__in=wanted).exclude(text="").values_list("pk", "text"))
    return [
        {
            "case": row,
            "name": row.membership.person.name if row.group_id in readable else masked(row.membership.person.name),
            "readable": row.group_id in readable,
            "said": [said[event] for event in row.events[:SHOWN] if event in said],
            "step": None if row.step is None else row.step + 1,
            "draft": drafts[row.draft - 1] if row.draft else "",
        }
        for row in rows
    ]


def _pills(request: HttpRequest, numbers: dict[str, Any], compared: str) -> list[dict[str, Any]]:
    found = [{"label": _("All"), "url": "?", "active": not compared, "count": sum(numbers[name] for name in Compared.values)}]
    for value, label in Compared.choices:
        found.append({"label": label, "url": f"?compared={value}", "active": compared == value, "count": numbers[value]})
    return found


def _sums(numbers: dict[str, Any], rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The sums with words for people."""
    names, held = {rule["id"]: rule["name"] for rule in rules}, dict(Held.choices)
    return {
        "by_rule": [line | {"name": names.get(line["rule"]) or _("Members' reports")} for line in numbers["by_rule"]],
        "by_step": [line | {"step": line["step"] + 1} for line in numbers["by_step"]],
        "by_held": [(held[why], n) for why, n in numbers["by_held"].items()],
    }
