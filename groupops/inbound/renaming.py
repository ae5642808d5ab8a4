"""React: a room was renamed on the platform, which is not another room."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.turn import Batch, step
from groupops.messaging import targets
from groupops.messaging.adapter import EventKind

FOLLOW = "groupops.inbound.renaming.follow"
FOLLOWED = gettext_noop("The room is known as “%(name)s” now.")
OLD_NEWS = gettext_noop("The name is older than our last look at the room: nothing changes.")


@step(_("The room's name"))
def follow(batch: Batch) -> None:
    """The binding takes the new name, so that it is not doubted before the next message. Batches without a renaming cost nothing."""
    turns = list(batch.live(EventKind.RENAMED))
    if not turns:
        return
    names = {turn.group_id: (turn.text.strip(), turn.at) for turn in sorted(turns, key=lambda turn: turn.at)}
    changed = targets.renamed(connection_id=batch.connection_id, names=names)
    for turn in turns:
        if turn.group_id in changed and names[turn.group_id] == (turn.text.strip(), turn.at):
            turn.note(FOLLOW, FOLLOWED, name=turn.text.strip())
        else:
            turn.note(FOLLOW, OLD_NEWS)
