"""React: count who joins, begin a raid where it is a flood; while it lasts, what its newcomers say is looked at more strictly."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.turn import Batch, Moved, Turn, step
from groupops.messaging.adapter import EventKind
from groupops.shared import clock
from moderation import services as moderation
from moderation.detection.messages import Hit
from moderation.detection.rules import Detector, RuleKind, RuleSpec, parse
from moderation.inbound import message_of
from moderation.policy import Offence
from moderation.raids import queries, services
from moderation.raids.services import Join
from moderation.services import Noticed

WATCH = "moderation.raids.inbound.watch"
IN_A_RAID = gettext_noop("Joined in a flood of joins: welcomes and ways in are held.")
QUEUED = gettext_noop("Said by somebody who joined in a flood: people judge it as case %(case)d.")
# Nobody who came with a flood has earned anything yet: whatever a newcomer may not do, they may not for as long as it lasts.
STRICT = Detector([RuleSpec(0, RuleKind.PROBATION, Offence.ADVERT, parse(RuleKind.PROBATION, {"pictures": True}))])


@step(_("Floods of joins"))
def watch(batch: Batch) -> None:
    """One query where nobody joins, seven where somebody does, whatever the batch."""
    joined = [turn for turn in batch.live(EventKind.JOINED) if turn.moved in (Moved.JOINED, Moved.REJOINED) and turn.membership_id]
    if joined:
        found = [Join(turn.event_id, turn.group_id, turn.membership_id or 0, turn.at) for turn in joined]
        flooded = services.count_joins(joins=found, at=batch.received_at)
        for turn in joined:
            if turn.group_id in flooded:
                turn.note(WATCH, IN_A_RAID)
    _slow(batch)


def _slow(batch: Batch) -> None:
    said = {turn.event_id: turn for turn in batch.live(EventKind.MESSAGE) if turn.membership_id and turn.text}
    members = {turn.membership_id for turn in said.values()}
    slowed = {pk for (pk,) in queries.SLOWED(members=sorted(pk for pk in members if pk))} if said else set()
    if not slowed:
        return
    messages = [message_of(turn, 0, None) for turn in said.values() if turn.membership_id in slowed]
    noticed = [_noticed(said[hit.message], hit) for hit in STRICT.screen(messages)]
    for event, case in moderation.notice(noticed=noticed, at=batch.received_at).items():
        said[event].note(WATCH, QUEUED, case=case.pk)


def _noticed(turn: Turn, hit: Hit) -> Noticed:
    """Never certain: a person decides."""
    return Noticed(
        event_id=turn.event_id,
        group_id=turn.group_id,
        membership_id=turn.membership_id or 0,
        author=turn.remote_user,
        message=turn.message,
        text=turn.text,
        at=turn.at,
        day=clock.local(turn.at, turn.zone).date(),
        offence=Offence.ADVERT,
        spans=hit.spans,
        reason=hit.reason,
        parameters=dict(hit.parameters),
        counted=True,
    )
