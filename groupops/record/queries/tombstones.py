"""Who of those that a platform or a list names was erased, and by what alias they are known since."""

from collections.abc import Iterable

from groupops.record.models import Tombstone
from groupops.shared import secretbox
from groupops.shared.personal import HIDDEN

MANY = 500  # ids, above which all tombstones are read instead


def text_of(realm: str, remote_id: str) -> str:
    """What the keyed hash of a tombstone is made of."""
    return f"tombstone:{realm}:{remote_id}"


def aliases(realm: str, remote_ids: Iterable[str]) -> dict[str, str]:
    """The alias of each of these ids that was erased. One query."""
    wanted = {digest: remote_id for remote_id in set(remote_ids) - {""} for digest in secretbox.digests(text_of(realm, remote_id))}
    if not wanted:
        return {}
    rows = Tombstone.objects.all() if len(wanted) > MANY else Tombstone.objects.filter(digest__in=wanted)
    return {wanted[digest]: alias for digest, alias in rows.values_list("digest", "alias") if digest in wanted}


def hidden_key(key: str, remote_id: str) -> str:
    """The key of an event or a message without the id it was made with, the same whenever the event is told again; one without it stays."""
    return f"{HIDDEN}{secretbox.digests(key)[0]}" if remote_id and remote_id in key else key
