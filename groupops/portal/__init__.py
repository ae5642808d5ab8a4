"""Pages for group members behind signed links; nothing yet."""
