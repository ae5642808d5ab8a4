"""The pages of moderation in their groups: what is judged, what is looked for, what it would do, what happens, how fair it was."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Page:
    """One page: the name by which its template calls itself, its URL, whether only those who set policies open it."""

    name: str
    label: Promise
    url: str
    args: tuple[str, ...] = ()
    site: bool = False


GROUPS: tuple[tuple[Promise, tuple[Page, ...]], ...] = (
    (
        _("Judge"),
        (
            Page("queue", _("Violations to judge"), "moderation:queue"),
            Page("cases", _("Cases"), "moderation:cases"),
            Page("appeals", _("Appeals"), "moderation:appeals"),
        ),
    ),
    (
        _("Rules and lists"),
        (
            Page("rules", _("Moderation rules"), "moderation:rules"),
            Page("lists", _("Word lists"), "moderation:lists", site=True),
            Page("models", _("Models"), "moderation:models"),
            Page("ladders", _("Ladders of offences"), "groups:policy", ("moderation.ladders",)),
            Page("blacklist", _("Blacklist"), "moderation:blacklist"),
        ),
    ),
    (_("Rehearsal"), (Page("rehearsals", _("Rehearsals of rules"), "moderation:rehearsals"),)),
    (
        _("Incidents"),
        (
            Page("raids", _("Floods of joins"), "moderation:raids"),
            Page("quarrels", _("Quarrels"), "moderation:quarrels"),
        ),
    ),
    (_("Fairness"), (Page("fairness", _("Fairness report"), "moderation:fairness"),)),
)


def shown(active: str, *, site: bool) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The groups, each leading to its first page, and the pages of the open group (none where it is alone), as c-tabs takes them.

    `site`: whether the reader sets policies.
    """
    tabs, pages = [], list[dict[str, object]]()
    for label, every in GROUPS:
        here = [page for page in every if site or not page.site]
        is_open = any(page.name == active for page in every)
        tabs.append({"label": label, "url": _url(here[0]), "active": is_open})
        if is_open and len(here) > 1:
            pages = [{"label": page.label, "url": _url(page), "active": page.name == active} for page in here]
    return tabs, pages


def _url(page: Page) -> str:
    return reverse(page.url, args=page.args)
