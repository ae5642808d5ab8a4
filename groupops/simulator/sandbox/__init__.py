"""沙盒: speak as anybody in a group that does not exist, see what the pipeline decides and why, move its clock."""
