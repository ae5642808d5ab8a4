"""The strip of the last days of a group (值守覆盖)."""

from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from content.coverage import DayCover

register = template.Library()
DAY = '<li class="is-{}" title="{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{} {} {}</span></li>'


@register.simple_tag
def cover_strip(days: Sequence[DayCover]) -> SafeString:
    """The days, oldest first. A page has 700 of them, most alike: each is drawn once."""
    language = get_language()
    return SafeString('<ol class="cover-strip">' + "".join(_drawn(cover, language) for cover in days) + "</ol>")


@lru_cache(maxsize=2000)
def _drawn(cover: DayCover, _language: str | None) -> SafeString:
    said = [date_format(cover.day, "m-d D"), " · ", cover.state.label, f": {cover.reasons}" if cover.gaps else ""]
    said += [" · ", " ".join(cover.names)] if cover.names else []
    title = "".join(map(str, said))
    return format_html(DAY, cover.state, title, cover.day.day, date_format(cover.day, "m-d"), cover.state.label, cover.reasons)
