"""潜水清理: who has been silent for too long is asked, may keep the seat, is reviewed, and only then removed from the group."""
