"""What would be different in a real group, said beside each trace: a sandbox that flatters teaches the wrong thing."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind

ONLY_HERE = _("Nothing of it reaches Today, the members, the numbers or the reports: only this group's own pages show it.")
OURS = _("A real channel limits how much is said in a minute and how long a text is; in personal WeChat a person pastes it by hand.")
BY_KIND: dict[str, tuple[Promise, ...]] = {
    EventKind.MESSAGE: (
        _("A real message arrives when its platform hands it over, mostly within seconds; some platforms hand over none."),
        _("Pictures and stickers arrive as such; here they are words in brackets, as an exported history spells them."),
    ),
    EventKind.JOINED: (
        _("A real person is one and the same in all groups of a platform; here everybody exists in this group alone."),
        _("Not every platform tells of a join: some are only found when the list of members is compared."),
    ),
    EventKind.LEFT: (_("Not every platform tells of a leave, or whether somebody was removed."),),
    EventKind.MESSAGE_DELETED: (_("Real platforms let a member recall for minutes only, and not all of them tell us."),),
    EventKind.RENAMED: (_("A real room with another name is doubted until the platform itself has told of the renaming."),),
}


def differences(event: StoredEvent) -> list[Promise]:
    """The sentences for one event."""
    return [OURS, ONLY_HERE] if event.own else [*BY_KIND.get(event.kind, ()), ONLY_HERE]
