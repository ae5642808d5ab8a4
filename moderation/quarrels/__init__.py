"""冲突处理: a quarrel that rises between few people is an incident for a person, never a strike."""
