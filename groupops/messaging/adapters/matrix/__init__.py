"""Matrix, by its client-server API and nothing else: no crypto, no event loop. Rooms that are encrypted end to end are told apart."""

from groupops.messaging.adapters.matrix.adapter import Matrix
from groupops.messaging.adapters.matrix.appservice import MatrixAppservice

__all__ = ["Matrix", "MatrixAppservice"]
