"""What is said to the groups: schedules, slots, posts."""
