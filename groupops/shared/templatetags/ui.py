"""The small things every page draws: icons, times, sparklines, states. A builtin: templates need no {% load %}."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BoundField, CheckboxInput, Select
from django.forms.utils import flatatt
from django.utils import formats, timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from groupops.shared import clock
from groupops.shared.clock import local

register = template.Library()

# A state's colour says how much it needs a person: green fine, blue on its way, yellow waits, orange wants somebody,
# red went wrong, purple nobody knows, gray is over. The words of every app's states, so that one word has one colour.
STATE_COLOURS = {
    "green": "sent done active ok approved paid confirmed fulfilled delivered resolved upheld converted live enabled success acknowledged",
    "blue": "due claimed running sending scheduled released processing open trial queued working in_progress",
    "yellow": "planned pending draft review retry paused new grace held quiet upcoming notice",
    "orange": "waiting_person degraded needs_login manual escalated overdue expiring warning proposed appealed",
    "red": "failed down restricted rejected error parked overruled breached critical",
    "purple": "unknown",
    "gray": "missed cancelled skipped archived ended expired retired dropped dismissed disabled reversed refunded used closed void",
}
COLOUR_OF = {state: colour for colour, states in STATE_COLOURS.items() for state in states.split()}
ONCE_FIELD = "_once"  # what groupops.record.idempotency reads; the bottom of the house may not import it
AVATAR_COLOURS = ("blue", "azure", "indigo", "purple", "pink", "orange", "teal", "green")


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file; unhashed where the files were not collected, so that even the 500 page keeps its look."""
    try:
        return staticfiles_storage.url(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"


@register.simple_tag
def icon(name: str, extra: str = "", label: str = "") -> SafeString:
    """A Tabler icon by its name, decorative unless `label` names it."""
    return _icon(asset("build/icons.svg"), name, extra, str(label))


@lru_cache(maxsize=1024)
def _icon(sprite: str, name: str, extra: str, label: str) -> SafeString:
    named = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon {}" {} focusable="false"><use href="{}#{}"></use></svg>', extra, named, sprite, name)


@register.simple_tag
def html_lang() -> str:
    """The active language as a browser wants it: zh-Hans, en."""
    return "zh-Hans" if (get_language() or "").startswith("zh") else "en"


@register.simple_tag
def once() -> SafeString:
    """The hidden field that makes a double submit have one effect (groupops.record.idempotency)."""
    return format_html('<input type="hidden" name="{}" value="{}">', ONCE_FIELD, uuid.uuid4().hex)


@register.simple_tag
def reltime(at: datetime | None, zone: str = "") -> SafeString | str:
    """How long ago or ahead `at` is; its title says the exact time in `zone` (default: the reader's) and names the zone."""
    if at is None:
        return "—"
    name = zone or timezone.get_current_timezone_name()
    here = local(at, name)
    offset = here.strftime("%z")
    exact = f"{here:%Y-%m-%d %H:%M:%S} {name} (UTC{offset[:3]}:{offset[3:]})"
    text = relative(here, local(clock.now(), name))
    return format_html('<time datetime="{}" title="{}">{}</time>', at.astimezone(UTC).isoformat(), exact, text)


def relative(at: datetime, now: datetime) -> str:
    """`at` as people say it at `now`; both on the same wall clock."""
    seconds = round((at - now).total_seconds())
    days = (at.date() - now.date()).days
    if abs(seconds) < 60:
        return _("just now") if seconds <= 0 else _("in a moment")
    if abs(seconds) < 3600:
        return _minutes(seconds // 60 if seconds > 0 else -(-seconds // 60))
    if days == 0 or abs(seconds) < 6 * 3600:
        return _hours(seconds // 3600 if seconds > 0 else -(-seconds // 3600))
    near = {-1: _("yesterday %(time)s"), 1: _("tomorrow %(time)s")}.get(days)
    if near:
        return near % {"time": f"{at:%H:%M}"}
    if abs(days) < 7:
        return _days(days)
    return formats.date_format(at, "m-d H:i" if at.year == now.year else "Y-m-d")


def _minutes(n: int) -> str:
    text = ngettext("%(n)d minute ago", "%(n)d minutes ago", -n) if n < 0 else ngettext("in %(n)d minute", "in %(n)d minutes", n)
    return text % {"n": abs(n)}


def _hours(n: int) -> str:
    text = ngettext("%(n)d hour ago", "%(n)d hours ago", -n) if n < 0 else ngettext("in %(n)d hour", "in %(n)d hours", n)
    return text % {"n": abs(n)}


def _days(n: int) -> str:
    text = ngettext("%(n)d day ago", "%(n)d days ago", -n) if n < 0 else ngettext("in %(n)d day", "in %(n)d days", n)
    return text % {"n": abs(n)}


@register.simple_tag
def sparkline(values: Sequence[float], label: str = "", width: int = 96, height: int = 28) -> SafeString | str:
    """A line of `values`, oldest first, as server-drawn SVG; nothing for fewer than two."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = (width - 4) / (len(values) - 1)
    dots = [(2 + n * step, height - 3 - (value - low) / span * (height - 6)) for n, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
    named = label or _("from %(first)s to %(last)s") % {"first": values[0], "last": values[-1]}
    return format_html(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{named}">'
        '<polygon class="area" points="2,{h} {line} {end},{h}"/><polyline class="line" points="{line}"/>'
        '<circle class="last" cx="{x}" cy="{y}" r="2"/></svg>',
        w=width,
        h=height,
        named=named,
        line=line,
        end=width - 2,
        x=f"{dots[-1][0]:.1f}",
        y=f"{dots[-1][1]:.1f}",
    )


@register.simple_tag
def heat_strip(cells: Iterable[tuple[str, float]], label: str = "") -> SafeString:
    """A strip of squares, one per (name, value): the darker the more, five steps relative to the largest."""
    cells = list(cells)
    top = max((value for _name, value in cells), default=0) or 1
    squares = format_html_join(
        "",
        '<rect x="{}" y="0" width="14" height="14" rx="3" {}><title>{}: {}</title></rect>',
        ((n * 17, _shade(value / top), name, f"{value:g}") for n, (name, value) in enumerate(cells)),
    )
    width = max(len(cells) * 17 - 3, 14)
    svg = '<svg class="heat" viewBox="0 0 {w} 14" width="{w}" height="14" role="img" aria-label="{label}">{squares}</svg>'
    return format_html(svg, w=width, label=label, squares=squares)


def _shade(share: float) -> SafeString:
    step = -(-share * 5 // 1)  # rounded up: the smallest activity is visible
    return SafeString('class="none"') if step <= 0 else format_html('opacity="{}"', f"{0.15 + 0.17 * step:.2f}")


@register.filter
def state_colour(state: str) -> str:
    """The colour of a state by its value; an unknown word is gray."""
    return COLOUR_OF.get(str(state).lower(), "gray")


@register.filter
def initial(name: str) -> str:
    """The letter of an avatar: the first character of a Chinese name, the first letter of another."""
    return str(name).strip()[:1].upper() or "?"


@register.filter
@lru_cache(maxsize=4096)
def hue(name: str) -> str:
    """A colour that stays the same for the same name, on every machine."""
    return AVATAR_COLOURS[crc32(str(name).encode()) % len(AVATAR_COLOURS)]


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's control in Tabler's look, its label as placeholder: for filters and <c-field>, where crispy draws too much."""
    widget = field.field.widget
    if isinstance(widget, Select):
        return field.as_widget(attrs={"class": "form-select"})
    if isinstance(widget, CheckboxInput):
        return field.as_widget(attrs={"class": "form-check-input"})
    return field.as_widget(attrs={"class": "form-control", "placeholder": str(field.label)})


@register.simple_tag
def options(groups: Iterable[tuple[str | None, Sequence[dict[str, Any]], int]]) -> SafeString:
    """The options of a select, from the `optgroups` of Django's widget; written in one go, because a filter offers every group."""
    return SafeString("".join(_optgroup(name, alike) for name, alike, _index in groups))


@register.simple_tag
def choices(pairs: Iterable[tuple[object, str]], chosen: object = None) -> SafeString:
    """The options of a select drawn by hand: (value, words), as quick as `options`."""
    marked = {"selected": True}
    drawn = (_option({"value": value, "label": label, "attrs": marked if value == chosen else {}}) for value, label in pairs)
    return SafeString("".join(drawn))


def _optgroup(name: str | None, alike: Sequence[dict[str, Any]]) -> str:
    drawn = "".join(_option(one) for one in alike)
    return format_html('<optgroup label="{}">{}</optgroup>', name, SafeString(drawn)) if name else drawn


def _option(one: dict[str, Any]) -> str:
    value, label, attrs = conditional_escape(str(one["value"])), conditional_escape(one["label"]), one["attrs"]
    return f'<option value="{value}"{flatatt(attrs) if attrs else ""}>{label}</option>'


@register.filter
def undo_url(message: Message) -> str:
    """Where a message's undo button posts: `messages.success(request, text, extra_tags="undo:" + url)`."""
    tags = message.extra_tags or ""
    return tags.removeprefix("undo:") if tags.startswith("undo:") else ""


@register.filter
def toast_kind(message: Message) -> str:
    """The kind of toast for a message's level: success, info, warning or danger."""
    return {"error": "danger", "debug": "info"}.get(message.level_tag, message.level_tag)
