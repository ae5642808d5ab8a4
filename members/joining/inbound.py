"""React: who joined came by a code where that is certain, without anybody's click."""

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.turn import Batch, Moved, Turn, step
from groupops.messaging.adapter import EventKind
from members.entering import WaitingState, digest_of
from members.joining import arrivals
from members.models import JoinCode, JoinTarget, Waiting

CAME = "members.joining.inbound.come"
WAITED = gettext_noop("They waited for a place at the code %(code)s.")
ALONE = gettext_noop("Whoever comes in here without an inviter comes by the code %(code)s.")
Known = tuple[JoinCode, str, int | None]  # the code, why, the place on its waiting list


@step(_("Came by a code"))
def come(batch: Batch) -> None:
    """A join of an account that waited in a code's line, or into a group that is entered by one code alone. Nothing is guessed."""
    joined = [turn for turn in batch.live(EventKind.JOINED) if turn.moved in (Moved.JOINED, Moved.REJOINED) and turn.membership_id]
    if not joined:
        return
    found = _known(joined)
    by_code = defaultdict[JoinCode, list[Turn]](list)
    for turn in joined:
        if turn.event_id in found:
            code, why, _place = found[turn.event_id]
            by_code[code].append(turn)
            turn.note(CAME, why, code=code.name)
    for code, turns in by_code.items():
        arrivals.arrive(code=code, pks=[turn.membership_id or 0 for turn in turns], by=None, at=batch.received_at)
    places = [place for _code, _why, place in found.values() if place]
    Waiting.objects.filter(pk__in=places).update(state=WaitingState.JOINED, settled_at=batch.received_at)


def _known(joined: Sequence[Turn]) -> dict[int, Known]:
    """By which code, by event; two queries."""
    targets = JoinTarget.objects.filter(group__in={turn.group_id for turn in joined}, code__archived=False).select_related("code")
    codes = defaultdict[int, list[JoinCode]](list)
    for target in targets.order_by("group_id", "code_id"):
        codes[target.group_id].append(target.code)
    if not codes:
        return {}
    lines = _lines(joined, {code.pk for some in codes.values() for code in some})
    known: dict[int, Known] = {}
    for turn in joined:
        here, digest = codes[turn.group_id], digest_of(turn.remote_user)
        waited = [(code, WAITED, lines[code.pk, digest]) for code in here if (code.pk, digest) in lines]
        alone = [(code, ALONE, None) for code in here if code.alone and len(here) == 1 and not turn.operator]
        if one := [*waited, *alone][:1]:
            known[turn.event_id] = one[0]
    return known


def _lines(joined: Sequence[Turn], codes: set[int]) -> dict[tuple[int, str], int]:
    """Places on the waiting lists of these codes that were taken with the accounts of these turns, by code and digest."""
    digests = {digest_of(turn.remote_user) for turn in joined}
    rows = Waiting.objects.filter(code__in=codes, contact_digest__in=digests, state__in=[WaitingState.WAITING, WaitingState.CALLED])
    return {(code, digest): pk for code, digest, pk in rows.order_by("pk").values_list("code", "contact_digest", "pk")}
