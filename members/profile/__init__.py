"""Profile (成员档案): one person on one page: standing, timeline, tags, notes, tasks."""
