"""Pages in a real Chromium: what they look like to a person, a keyboard and a screen reader."""
