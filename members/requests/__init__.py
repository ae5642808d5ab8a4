"""Requests of members (需求反馈): kept, supported, moved; the proposer is told."""
