"""The engine of everything that goes out: claim, call, settle, recover. docs/reference/delivery.md draws its states."""

from groupops.messaging.delivery.calling import hand_over
from groupops.messaging.delivery.claiming import begin, claim, due_connections, release, ripen
from groupops.messaging.delivery.recovering import lapse, recover
from groupops.messaging.delivery.running import run

__all__ = ["begin", "claim", "due_connections", "hand_over", "lapse", "recover", "release", "ripen", "run"]
