"""Every write of the record: `record.audit(…)`, `record.beat(…)`, `record.raise_alarm(…)`."""

from groupops.record.services.alarms import beat, close_alarm, raise_alarm
from groupops.record.services.keys import KeyReused, StillRunning, WasInterrupted, claim_key, forget_keys, free_key, keep_answer
from groupops.record.services.standing import Standing, keep_alarms
from groupops.record.services.tombstones import bury
from groupops.record.services.trail import audit, changes, differing, erase_details, seal

__all__ = [
    "KeyReused",
    "Standing",
    "StillRunning",
    "WasInterrupted",
    "audit",
    "beat",
    "bury",
    "changes",
    "claim_key",
    "close_alarm",
    "differing",
    "erase_details",
    "forget_keys",
    "free_key",
    "keep_alarms",
    "keep_answer",
    "raise_alarm",
    "seal",
]
