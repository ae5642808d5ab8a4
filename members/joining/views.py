"""群活码: the codes, one of them with its QR code and groups, and the way into a group."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.forms import attempt, refuse
from groupops.groups.models import Group
from groupops.groups.views.found import actor, frame, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, links, paging
from groupops.shared.errors import Forbidden, Refused
from members import entering
from members.joining import queries
from members.joining import services as joining
from members.joining.forms import CodeForm, EntranceForm
from members.models import Entrance, JoinCode

PICTURE = "entrance picture"  # the purpose of a picture's link


@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """Every code of which the reader sees all groups, the newest first; archived ones by `?archived=1`."""
    user, at = actor(request), clock.now()
    archived = request.GET.get("archived") == "1"
    page = paging.page(queries.codes_for(user).filter(archived=archived), query=request.GET, order=("created_at", "id"), size=30)
    doors = queries.doors({target.group for row in page.rows for target in row.targets.all()})
    opens, waiting = queries.opens(page.rows, timezone.localtime(at).date()), queries.waiting_counts(page.rows)
    context = {
        "page": page,
        "rows": [_row(row, doors, opens[row.pk], waiting.get(row.pk, 0)) for row in page.rows],
        "archived": archived,
        "may_create": _may_create(user),
    }
    return render(request, "members/codes.html#list" if is_htmx(request) else "members/codes.html", context)


def _row(row: JoinCode, doors: dict[int, entering.Door], opens: list[int], waiting: int) -> dict[str, Any]:
    at = clock.now()
    chosen = entering.pick((doors[target.group_id] for target in row.targets.all()), at)
    shown = next((target.group for target in row.targets.all() if chosen and target.group_id == chosen.group_id), None)
    return {"code": row, "url": address(row), "shown": shown, "opens": opens, "total": sum(opens), "waiting": waiting}


def address(code: JoinCode) -> str:
    """The public address of a code."""
    return settings.PUBLIC_URL + reverse("portal:join", args=[code.code])


def picture_url(entrance: Entrance) -> str:
    """Where the picture of an entrance is shown to whoever has the link."""
    picture = entrance.picture
    return reverse("portal:picture", args=[links.sign(PICTURE, [picture.pk], key=picture.digest[:22])]) if picture else ""


def _may_create(user: User) -> bool:
    return access.groups_with(user, GroupRight.EDIT).exists()


@require_safe
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """One code: its address and QR code, the groups it leads to and how each stands, how often it was opened."""
    row, at = _code(request, pk), clock.now()
    doors = queries.doors([target.group for target in row.targets.all()])
    chosen = entering.pick((doors[target.group_id] for target in row.targets.all()), at)
    opens = queries.opens([row], timezone.localtime(at).date())[row.pk]
    context = {
        "code": row,
        "url": address(row),
        "qr": qr_code(address(row)),
        "targets": [_target(target.group, doors[target.group_id], chosen, at) for target in row.targets.all()],
        "opens": opens,
        "total": sum(opens),
        "turned_away": queries.turned_away(row),
        "came": queries.came_lately(row, at),
        "waiting": queries.waiting_counts([row]).get(row.pk, 0),
        "may_edit": queries.may(actor(request), GroupRight.EDIT, row),
    }
    return render(request, "members/code.html", context)


def _target(group: Group, door: entering.Door, chosen: entering.Door | None, at: Any) -> dict[str, Any]:
    way = door.way(at)
    return {"group": group, "door": door, "way": way, "state": STATES[way], "is_shown": door == chosen}


STATES = {
    entering.Way.OPEN: "open",
    entering.Way.FULL: "closed",
    entering.Way.EXPIRED: "breached",
    entering.Way.NONE: "warning",
    entering.Way.RESTING: "paused",
    entering.Way.SHUT: "paused",
    entering.Way.HELD: "held",
}


def qr_code(text: str) -> SafeString:
    """The text as an inline SVG; white behind it, so that a dark page can be scanned too."""
    drawn = segno.make(text, error="m").svg_inline(scale=5, light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    return SafeString(drawn.replace("<svg ", f'<svg role="img" aria-label="{_("QR code")}" width="220" height="220" ', 1))


@require_safe
def qr(request: HttpRequest, pk: int) -> HttpResponse:
    """The QR code as a file to put into an article."""
    row = _code(request, pk)
    drawn = (
        segno.make(address(row), error="m")
        .svg_inline(scale=10, light="#fff")
        .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    )
    name = f'attachment; filename="{row.code}.svg"'
    return HttpResponse(drawn, content_type="image/svg+xml", headers={"Content-Disposition": name})


def _code(request: HttpRequest, pk: int, right: GroupRight = GroupRight.VIEW) -> JoinCode:
    row = get_object_or_404(queries.codes_for(actor(request)), pk=pk)
    if right != GroupRight.VIEW and not queries.may(actor(request), right, row):
        raise Forbidden(access.MISSING[right])
    return row


@once
def code_new(request: HttpRequest) -> HttpResponse:
    """A new code."""
    user = actor(request)
    if not _may_create(user):
        raise Forbidden(access.MISSING[GroupRight.EDIT])
    form, status, at = CodeForm(request.POST or None, user=user), 200, clock.now()
    if request.method == "POST":
        made, status = attempt(form, lambda: joining.create_code(code=form.cleaned_data["code"], **form.values(), by=user, at=at))
        if made:
            messages.success(request, _("The code is ready: copy its address, or save its QR code."))
            return redirect("members:code", made.pk)
    return render(request, "members/code_form.html", {"form": form}, status=status)


@once
def code_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other groups, other words."""
    row, user = _code(request, pk, GroupRight.EDIT), actor(request)
    form, status, at = CodeForm(request.POST or None, user=user, code=row), 200, clock.now()

    def save() -> object:
        return joining.update_code(code=row, version=form.cleaned_data["version"] or 0, **form.values(), by=user, at=at)

    if request.method == "POST":
        _made, status = attempt(form, save)
        if status == 200:
            messages.success(request, _("Saved."))
            return redirect("members:code", row.pk)
    return render(request, "members/code_form.html", {"form": form, "code": row}, status=status)


@require_POST
@once
def code_archive(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """The address opens nothing any more (`archived`), or does again."""
    row = _code(request, pk, GroupRight.EDIT)
    archived = to == "archived"
    joining.archive_code(code=row, archived=archived, by=actor(request), at=clock.now())
    back = "active" if archived else "archived"
    text = _("The address opens nothing any more.") if archived else _("The address opens again.")
    messages.success(request, text, extra_tags=f"undo:{reverse('members:code-archive', args=[pk, back])}")
    return refreshed(request, "members:code", pk)


@once
def entrance(request: HttpRequest, group_id: int) -> HttpResponse:
    """How one comes into a group: seen by whoever may care for it, changed by whoever may change the group."""
    group = access.group_for(actor(request), group_id, GroupRight.EDIT)
    row = Entrance.objects.select_related("picture").filter(group=group).first() or Entrance(group=group)
    form = EntranceForm(request.POST or None, request.FILES or None, entrance=row)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                joining.save_entrance(
                    group=group,
                    version=form.cleaned_data["version"],
                    values=form.values(),
                    picture=form.upload(),
                    without=bool(form.cleaned_data.get("without")),
                    by=actor(request),
                    at=clock.now(),
                )
            except Refused as refusal:
                status = refuse(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("members:entrance", group.pk)
    door, at = queries.doors([group])[group.pk], clock.now()
    context = frame(request, group, "members") | {
        "form": form,
        "entrance": row,
        "door": door,
        "way": door.way(at),
        "state": STATES[door.way(at)],
        "picture_url": picture_url(row),
    }
    return render(request, "members/entrance.html", context, status=status)
