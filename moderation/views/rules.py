"""规则与词库: rules with their state, what each caught and how often it was wrong; word lists with import and export."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.forms import attempt
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless
from moderation.detection.rules import RuleKind
from moderation.filters import RuleFilter
from moderation.forms import RuleForm, WordListForm
from moderation.models import Case, Rule, RuleDay, WordList
from moderation.policy import CaseState, RuleState
from moderation.policy.states import RULE_MOVES
from moderation.queries.preview import preview as previewed
from moderation.queries.rules import visible_rules
from moderation.services import ruling
from moderation.wording import KINDS, kinds

MEGABYTE = 1024 * 1024


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule, the newest first; by ?q= ?state= ?sort= ?group="""
    user = actor(request)
    found = RuleFilter(request.GET, queryset=visible_rules(user), request=request)
    not_found_unless(found.is_valid())
    page = paging.page(found.qs, query=request.GET, order=("id",))
    pks = [rule.pk for rule in page.rows]
    caught = dict(RuleDay.objects.filter(rule__in=pks).order_by().values_list("rule").annotate(n=Sum("hits")))
    judged = Case.objects.filter(rule__in=pks).order_by().values("rule")
    wrong = judged.annotate(
        right=Count("pk", filter=Q(state__in=[CaseState.PUNISHED, CaseState.REMINDED])),
        wrong=Count("pk", filter=Q(state__in=[CaseState.MISTAKEN, CaseState.OVERRULED, CaseState.CLEAN])),
    )
    judgements = {row["rule"]: row for row in wrong}
    lines = [_line(rule, caught.get(rule.pk, 0), judgements.get(rule.pk, {})) for rule in page.rows]
    context = {"page": page, "lines": lines, "kinds": kinds(), "site": user.has_right(Right.MANAGE_POLICY)}
    context |= {"filter": found, "is_filtered": any(found.form.cleaned_data.values())}
    return render(request, "moderation/rules.html#list" if is_htmx(request) else "moderation/rules.html", context)


def _line(rule: Rule, caught: int, judged: Mapping[str, Any]) -> dict[str, Any]:
    right, wrong = judged.get("right", 0), judged.get("wrong", 0)
    precision = f"{100 * right / (right + wrong):.0f} %" if right + wrong else "–"
    return {"rule": rule, "sort": KINDS[RuleKind(rule.sort)], "caught": caught, "precision": precision, "to": _moves(rule)}


def _moves(rule: Rule) -> list[tuple[str, Any]]:
    return [(to.value, to.label) for to in RuleState if to in RULE_MOVES[RuleState(rule.state)]]


@require_POST
@once
def install(request: HttpRequest) -> HttpResponse:
    """The rules that protect on the first day."""
    n = ruling.install_shipped(by=actor(request), at=clock.now())
    messages.success(request, ngettext("%(n)d rule looks from now on.", "%(n)d rules look from now on.", n) % {"n": n})
    return refreshed(request, "moderation:rules")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def rule_new(request: HttpRequest, sort: str) -> HttpResponse:
    """A rule of this kind; it begins as a draft."""
    not_found_unless(sort in set(RuleKind))
    return _edit(request, None, RuleKind(sort))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: its settings, and what it would have caught in the texts that are kept."""
    row = get_object_or_404(visible_rules(actor(request)), pk=pk)
    return _edit(request, row, RuleKind(row.sort))


def _edit(request: HttpRequest, row: Rule | None, sort: RuleKind) -> HttpResponse:
    user = actor(request)
    site = user.has_right(Right.MANAGE_POLICY)
    groups = access.groups_with(user, GroupRight.EDIT).order_by("name")
    if row is not None:
        ruling.demand(user, row.group)
    elif not site and not groups.exists():
        ruling.demand(user, None)
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, instance=row, sort=sort, groups=groups, site=site)
    status = 200
    if data is not None:
        saved, status = attempt(
            form,
            lambda: ruling.save_rule(rule=row, values=form.values(), word_lists=form.word_lists, by=user, at=clock.now()),
        )
        if saved:
            messages.success(request, _("Saved as version %(n)d.") % {"n": saved.version})
            return redirect("moderation:rule", saved.pk)
    stored = Rule.objects.get(pk=row.pk) if row else None
    may_look = stored is not None and _may_look(user, stored)
    seen = previewed(stored, clock.now()) if stored and may_look and "preview" in request.GET else None
    context = {"rule": stored, "form": form, "sort": KINDS[sort], "kind": sort.value, "may_preview": may_look, "preview": seen}
    return render(request, "moderation/rule.html", context | {"to": _moves(stored) if stored else []}, status=status)


def _may_look(user: User, row: Rule) -> bool:
    """What members said is shown to those who may moderate where it was said."""
    return access.may(user, GroupRight.MODERATE, row.group) if row.group else user.has_right(Right.MANAGE_POLICY)


@require_POST
@once
def rule_move(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Draft, rehearsal, live, off."""
    row = get_object_or_404(visible_rules(actor(request)), pk=pk)
    not_found_unless(to in RuleState.values)
    moved = ruling.move_rule(rule=row, to=RuleState(to), by=actor(request), at=clock.now())
    messages.success(request, _("The rule is “%(state)s” now.") % {"state": moved.get_state_display()})
    return refreshed(request, "moderation:rule", pk)


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Every word list."""
    ruling.demand(actor(request), None)
    page = paging.page(WordList.objects.annotate(used=Count("rules")), query=request.GET)
    return render(request, "moderation/lists.html#list" if is_htmx(request) else "moderation/lists.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def list_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a list, or bring a file."""
    user = actor(request)
    ruling.demand(user, None)
    row = get_object_or_404(WordList, pk=pk) if pk else None
    initial = {"name": row.name, "category": row.category, "words": row.words} if row else None
    form = WordListForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method != "POST":
        return render(request, "moderation/list.html", {"form": form, "list": row})
    saved, status = attempt(form, lambda: _saved(form, row, user))
    if not saved:
        return render(request, "moderation/list.html", {"form": form, "list": row}, status=status)
    if saved[1]:
        left = ngettext("%(n)d line was left out.", "%(n)d lines were left out.", saved[1]) % {"n": saved[1]}
        messages.warning(request, left)
    messages.success(request, _("Saved as version %(n)d.") % {"n": saved[0].version})
    return redirect("moderation:lists")


def _saved(form: WordListForm, row: WordList | None, user: User) -> tuple[WordList, int]:
    given = form.cleaned_data
    file = given.get("file")
    words = file.read(MEGABYTE + 1) if file else given["words"]
    told = {"name": given["name"], "category": given["category"]}
    return ruling.save_list(word_list=row, words=words, by=user, at=clock.now(), **told)


@require_safe
def list_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The list as a text file that can be brought in again."""
    ruling.demand(actor(request), None)
    row = WordList.objects.filter(pk=pk).first()
    if row is None:
        raise Http404(_("There is no such list."))
    answer = HttpResponse(row.words, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="words-{row.pk}.txt"'
    return answer
