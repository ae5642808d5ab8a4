"""Tags (标签): given by hand, one by one or many at once, or by a rule that is a segment; and notes."""
