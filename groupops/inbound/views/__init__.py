"""The door for platforms, and the pages for people."""
