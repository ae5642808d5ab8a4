"""The fake platform: demo, rehearsal and test double at once. A thin client, as for any other platform."""

from groupops.messaging.adapters.memory.adapter import Memory

__all__ = ["Memory"]
