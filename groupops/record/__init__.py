"""What happened: the audit trail, idempotency keys, heartbeats and alarms."""
