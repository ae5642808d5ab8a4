"""How the sandbox's page spells a moment of its clock, and what happened besides talk."""

from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.inbound.filters import KIND_LABELS
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.shared.clock import local

register = template.Library()
NOTICES: dict[str, Promise] = {
    EventKind.JOINED: _("“%(name)s” joined the group"),
    EventKind.LEFT: _("“%(name)s” left the group"),
    EventKind.MESSAGE_DELETED: _("“%(name)s” recalled a message"),
    EventKind.RENAMED: _("The group is called “%(text)s” now"),
    EventKind.MUTED: _("“%(name)s” was muted"),
    EventKind.ANNOUNCED: _("Announcement: %(text)s"),
}
REMOVED = _("“%(name)s” was removed from the group")


@register.filter
def wall(at: datetime, zone: str) -> str:
    """A moment on the wall clock of a zone, with its weekday."""
    here = local(at, zone)
    return f"{here:%Y-%m-%d} {date_format(here, 'D')} {here:%H:%M}"


@register.filter
def stamped(at: datetime, zone: str) -> str:
    """The same without the year."""
    return wall(at, zone)[5:]


@register.filter
def notice(event: StoredEvent) -> str:
    """What the chat says in grey about an event that is no message."""
    sentence = REMOVED if event.kind == EventKind.LEFT and event.how == "kicked" else NOTICES.get(event.kind)
    if sentence is None:
        return str({kind.value: label for kind, label in KIND_LABELS.items()}.get(event.kind, event.kind))
    return str(sentence) % {"name": event.user_name or event.remote_user, "text": event.text}
