"""Template tags; `ui` is a builtin of every template."""
