"""Care (维护): what staff do for one member, proposed by rules and people, settled by people."""
