"""策略预演: what was asked, a form to ask, and what came out beside what happened."""

from collections.abc import Sequence
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
from groupops.groups.forms import policy_form
from groupops.groups.policy import ValueRefused, build
from groupops.groups.views.found import actor, is_htmx
from groupops.inbound.models import StoredEvent
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import ids, not_found_unless
from groupops.shared.masking import masked
from moderation.detection.rules import RuleKind
from moderation.detection.settings import BadSettings
from moderation.forms import RuleForm
from moderation.models import Rehearsal, RehearsedCase, Rule
from moderation.models.rehearsals import Compared, RunState
from moderation.policy import Held, LadderRule
from moderation.queries.rules import settings_of, visible_rules
from moderation.rehearsals import queries
from moderation.rehearsals import services as rehearsing
from moderation.rehearsals.forms import RehearsalForm

SHOWN = 3  # messages of a case
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
    """Ask for one. ?rule= a rule whose settings are tried otherwise than stored, ?ladder=1 other ladders."""
    user, data = actor(request), request.POST if request.method == "POST" else None
    if not _may_ask(user):
        access.demand_on_site(user, Right.MANAGE_POLICY)
    form = RehearsalForm(data, user=user, initial={"group": next(iter(ids([request.GET.get("group", "")])), None)})
    rule, tried = _tried(request, user, data)
    if data is None:
        return _form(request, form, rule, tried)
    fine = [form.is_valid(), tried is None or tried.is_valid()]
    change = _change(rule, tried) if all(fine) else None
    if change is None:
        return _form(request, form, rule, tried, status=422)
    row = rehearsing.ask(**form.asked(), change=change, by=user, at=clock.now())
    return redirect("moderation:rehearsal", row.pk)


def _tried(request: HttpRequest, user: User, data: QueryDict | None) -> tuple[Rule | None, forms.BaseForm | None]:
    """The rule that is tried and its form, or the form of the ladders."""
    if request.GET.get("ladder"):
        form = policy_form(LadderRule, data, initial=LadderRule())
        del form.fields["why"]
        return None, form
    if "rule" not in request.GET:
        return None, None
    rule = get_object_or_404(visible_rules(user), pk__in=ids([request.GET["rule"]]))
    groups = access.groups_with(user, GroupRight.EDIT)
    made = RuleForm(data, instance=rule, sort=RuleKind(rule.sort), groups=groups, site=user.has_right(Right.MANAGE_POLICY))
    for name in ("name", "group", "kind", "explanation", "lists", "starts_at", "ends_at"):
        made.fields.pop(name, None)
    return rule, made


def _change(rule: Rule | None, tried: Any) -> dict[str, Any] | None:
    """What is tried, as JSON; None where it cannot be, with what is wrong on the form."""
    if tried is None:
        return {}
    if rule is not None:
        values = tried.values()
        try:
            rule.settings = values["settings"]
            settings_of(rule)
        except BadSettings as refusal:
            tried.add_error(f"set_{refusal.field}" if f"set_{refusal.field}" in tried.fields else None, str(refusal.message))
            return None
        return {"rule": rule.pk, "values": {name: values[name] for name in queries.TRIED if name in values}}
    try:
        build(LadderRule, tried.cleaned_data)
    except ValueRefused as refusal:
        tried.add_error(refusal.field if refusal.field in tried.fields else None, str(refusal.message))
        return None
    return {"ladder": dict(tried.cleaned_data)}


def _form(request: HttpRequest, form: forms.Form, rule: Rule | None, tried: Any, *, status: int = 200) -> HttpResponse:
    stored = Rule.objects.get(pk=rule.pk) if rule else None
    context = {"form": form, "rule": stored, "tried": tried}
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
    context = {"row": row, "result": result, "page": page, "lines": _lines(page.rows, user), "change": _told(row)}
    context |= {"pills": _pills(request, result.numbers, compared), "sums": _sums(result.numbers, result.rules)}
    template = "moderation/rehearsals/rehearsal.html"
    return render(request, f"{template}#list" if is_htmx(request) else template, context)


def _told(row: Rehearsal) -> str:
    """What was tried, in words."""
    if pk := row.change.get("rule"):
        name = Rule.objects.filter(pk=pk).values_list("name", flat=True).first() or ""
        return _("Tried: other settings of “%(rule)s”.") % {"rule": name}
    return _("Tried: other ladders.") if row.change.get("ladder") else ""


def _lines(rows: Sequence[RehearsedCase], user: User) -> list[dict[str, Any]]:
    """Cases with their messages, where the reader may see evidence; two queries."""
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
