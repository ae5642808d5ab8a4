"""Fields of the profile, and the forms that ask for them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.forms import attempt
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Forbidden
from groupops.shared.http import not_found_unless
from members.models import MemberForm, ProfileField
from members.surveying import MOVES, FormState
from members.surveys import delivery, fields, queries
from members.surveys import services as surveys
from members.surveys.forms import FieldForm, MemberFormForm, field_values

MOVE_WORDS = {FormState.OPEN: gettext_lazy("Open it for answers"), FormState.CLOSED: gettext_lazy("Close it")}


@require_http_methods(["GET", "HEAD", "POST"])
@once
def field_list(request: HttpRequest) -> HttpResponse:
    """Every field; operators and founders add one. Archived ones by `?archived=1`."""
    if request.method == "POST":
        access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    form, status = FieldForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = _saved(request, form, None)
        if status == 200:
            return redirect("members:fields")
    archived = request.GET.get("archived") == "1"
    context = {
        "fields": queries.fields(archived=archived)[:500],
        "archived": archived,
        "form": form,
        "may_edit": actor(request).has_right(Right.MANAGE_POLICY),
    }
    return render(request, "members/fields.html", context, status=status)


def _saved(request: HttpRequest, form: FieldForm, field: ProfileField | None) -> int:
    """200 where the field was saved, else the status of the refusal."""
    by, at = actor(request), clock.now()
    _made, status = attempt(form, lambda: fields.save_field(field=field, **form.cleaned_data, by=by, at=at))
    if status == 200:
        messages.success(request, _("Saved."))
    return status


@require_http_methods(["GET", "HEAD", "POST"])
@once
def field_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another shape for a field."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    row = get_object_or_404(ProfileField, pk=pk)
    form, status = FieldForm(request.POST if request.method == "POST" else None, initial=field_values(row)), 200
    if request.method == "POST":
        status = _saved(request, form, row)
        if status == 200:
            return redirect("members:fields")
    return render(request, "members/field_form.html", {"form": form, "field": row}, status=status)


@require_POST
@once
def field_to(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Archive a field, or bring it back."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    not_found_unless(to in ("archived", "used"))
    row = get_object_or_404(ProfileField, pk=pk)
    fields.archive_field(field=row, archived=to == "archived", by=actor(request), at=clock.now())
    undoing = f"undo:{reverse('members:field-to', args=[pk, 'used'])}" if to == "archived" else ""
    messages.success(request, _("The field is put away.") if undoing else _("The field is asked for again."), extra_tags=undoing)
    return refreshed(request, "members:fields")


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    """Every form of which the reader sees all groups, the newest first, with how many answered."""
    user = actor(request)
    page = paging.page(queries.forms_for(user), query=request.GET, order=("created_at", "id"), size=30)
    counts = queries.counts(page.rows)
    context = {
        "page": page,
        "rows": [{"form": row, "counts": counts[row.pk]} for row in page.rows],
        "may_create": access.groups_with(user, GroupRight.EDIT).exists(),
        "has_fields": queries.fields().exists(),
    }
    return render(request, "members/forms.html#list" if is_htmx(request) else "members/forms.html", context)


def form_of(request: HttpRequest, pk: int, right: GroupRight = GroupRight.VIEW) -> MemberForm:
    """The form, if the reader sees all of its groups and has `right` on each; 404 or Forbidden otherwise."""
    row = get_object_or_404(queries.forms_for(actor(request)), pk=pk)
    if right != GroupRight.VIEW and not queries.may(actor(request), right, row):
        raise Forbidden(access.MISSING[right])
    return row


@once
def form_new(request: HttpRequest) -> HttpResponse:
    """A new form, as a draft."""
    if not access.groups_with(actor(request), GroupRight.EDIT).exists():
        raise Forbidden(access.MISSING[GroupRight.EDIT])
    return _form(request, None)


@once
def form_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words, groups, fields."""
    return _form(request, form_of(request, pk, GroupRight.EDIT))


def _form(request: HttpRequest, row: MemberForm | None) -> HttpResponse:
    by, at = actor(request), clock.now()
    form, status = MemberFormForm(request.POST or None, user=by, form=row), 200

    def save() -> MemberForm:
        return surveys.save_form(form=row, version=form.cleaned_data["version"] or 0, **form.values(), by=by, at=at)

    if request.method == "POST":
        made, status = attempt(form, save)
        if made:
            messages.success(request, _("Saved."))
            return redirect("members:form", made.pk)
    return render(request, "members/form_form.html", {"form": form, "row": row}, status=status)


@require_POST
@once
def form_to(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Open it for answers, close it; `renewed` makes every link that is out worthless."""
    row, by, at = form_of(request, pk, GroupRight.EDIT), actor(request), clock.now()
    not_found_unless(to in (*FormState.values, "renewed"))
    if to == "renewed":
        surveys.renew_links(form=row, by=by, at=at)
        messages.success(request, _("The links of before open nothing any more. Send the new ones."))
    else:
        surveys.move_form(form=row, to=to, by=by, at=at)
        messages.success(request, str(FormState(to).label))
    return refreshed(request, "members:form", pk)


@require_POST
@once
def form_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the link before each of the form's groups; one that has it waiting already gets no second."""
    row = form_of(request, pk, GroupRight.CARE)
    made = delivery.send(form=row, by=actor(request), at=clock.now())
    text = ngettext("The link is on its way into %(n)d group.", "The link is on its way into %(n)d groups.", made) % {"n": made}
    messages.success(request, text)
    return redirect("members:form", pk)


def moves(row: MemberForm) -> list[tuple[str, Any]]:
    """Where the form may go, with the words of the buttons."""
    return [(to, MOVE_WORDS[FormState(to)]) for to in sorted(MOVES[row.state])]
