"""Every write of the inbox: keeping events, fetching them, leases, and what people ask for."""

from groupops.inbound.services.emptying import empty_texts
from groupops.inbound.services.feeding import RoomChanged, feed
from groupops.inbound.services.fetching import fetch
from groupops.inbound.services.leases import hold, lease, release
from groupops.inbound.services.replaying import NotParked, replay
from groupops.inbound.services.storing import store

__all__ = ["NotParked", "RoomChanged", "empty_texts", "feed", "fetch", "hold", "lease", "release", "replay", "store"]
