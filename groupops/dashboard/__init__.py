"""Pages that mix apps: home, palette, components."""
