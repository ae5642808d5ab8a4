"""React: somebody on the blacklist comes into a group (settings.INBOUND_PIPELINE)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.turn import Batch, Moved, step
from moderation.services import blacklisting

COME = "moderation.blacklist.inbound.come"
CAME = gettext_noop("They are on the blacklist: case %(case)d.")


@step(_("Blacklist"))
def come(batch: Batch) -> None:
    """Whoever joined, or is seen for the first time, though they are kept out: a case. What they say is counted as of anybody."""
    coming = {turn.membership_id: turn for turn in batch.live() if turn.moved and turn.moved != Moved.LEFT and turn.membership_id}
    cases = blacklisting.came(memberships=list(coming), at=batch.received_at) if coming else {}
    for membership, case in cases.items():
        coming[membership].note(COME, CAME, case=case.pk)
