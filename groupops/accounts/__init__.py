"""People who operate: users, global roles, login, preferences, API tokens."""
