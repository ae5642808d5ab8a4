"""Who of those that a platform or a list names was erased, and by what alias they are known since."""

from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings

from groupops.record.models import Tombstone
from groupops.shared import secretbox
from groupops.shared.compiled import Among, Compiled
from groupops.shared.personal import HIDDEN

known_digest = lru_cache(4096)(secretbox.digest)  # of people who come again with every message; making it takes longer than all else here
ERASED = Compiled(lambda: Tombstone.objects.filter(Among("digest", "digests")).values_list("digest", "alias"))


def text_of(realm: str, remote_id: str) -> str:
    """What the keyed hash of a tombstone is made of."""
    return f"tombstone:{realm}:{remote_id}"


def aliases(realm: str, remote_ids: Iterable[str]) -> dict[str, str]:
    """The alias of each of these ids that was erased. One query."""
    ids, keys = set(remote_ids) - {""}, settings.CREDENTIAL_KEYS
    wanted = {known_digest(key, text_of(realm, remote_id)): remote_id for remote_id in ids for key in keys}
    return {wanted[digest]: alias for digest, alias in ERASED(digests=list(wanted))} if wanted else {}


def hidden_key(key: str, remote_id: str) -> str:
    """The key of an event or a message without the id it was made with, the same whenever the event is told again; one without it stays."""
    return f"{HIDDEN}{secretbox.digests(key)[0]}" if remote_id and remote_id in key else key
