"""Tombstones: that a remote id was erased, kept as a keyed hash."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.crypto import get_random_string

from groupops.record.models import Tombstone
from groupops.record.queries.tombstones import text_of
from groupops.shared import secretbox
from groupops.shared.personal import BY_NAME, HIDDEN, is_alias


def bury(*, accounts: Iterable[tuple[str, str]], at: datetime) -> dict[tuple[str, str], str]:
    """The alias of each (realm, remote id), made once; an alias that is given stays itself, so that burying twice changes nothing."""
    found = {}
    for realm, remote_id in accounts:
        if is_alias(remote_id):
            found[realm, remote_id] = remote_id
            continue
        digests = secretbox.digests(text_of(realm, remote_id))
        known = Tombstone.objects.filter(digest__in=digests).first()
        start = BY_NAME if remote_id.startswith(BY_NAME) else ""
        alias = f"{start}{HIDDEN}{get_random_string(20)}"
        row = known or Tombstone.objects.get_or_create(digest=digests[0], defaults={"alias": alias, "at": at})[0]
        found[realm, remote_id] = row.alias
    return found
