"""Everything that goes out: connections, the outbox, deliveries and their receipts."""
