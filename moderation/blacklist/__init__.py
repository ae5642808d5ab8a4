"""黑名单: its page, its API, and the step that sees who comes all the same."""
