"""Everything that comes in: the door, the stored events, the pipeline in batches."""
