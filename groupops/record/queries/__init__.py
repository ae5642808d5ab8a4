"""Reads of the record: the trail, whether its chain holds, what is open."""

from groupops.record.queries.alarms import open_alarms
from groupops.record.queries.chain import ChainReport, ChainState, chain_state, unsealed_since, verify_chain
from groupops.record.queries.tombstones import aliases, hidden_key
from groupops.record.queries.trail import target_types, verbs, with_everything

__all__ = [
    "ChainReport",
    "ChainState",
    "aliases",
    "chain_state",
    "hidden_key",
    "open_alarms",
    "target_types",
    "unsealed_since",
    "verbs",
    "verify_chain",
    "with_everything",
]
