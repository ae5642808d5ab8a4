"""Pages of the accounts: people and roles, the doors in, one's own things."""

from groupops.accounts.views.entry import first_user, invitation, locked_out
from groupops.accounts.views.own import preferences, profile, token_revoke, tokens
from groupops.accounts.views.people import people, person, person_active, person_link
from groupops.accounts.views.sessions import person_factor_reset, person_sessions_end, session_end, sessions, sessions_end_others

__all__ = [
    "first_user",
    "invitation",
    "locked_out",
    "people",
    "person",
    "person_active",
    "person_factor_reset",
    "person_link",
    "person_sessions_end",
    "preferences",
    "profile",
    "session_end",
    "sessions",
    "sessions_end_others",
    "token_revoke",
    "tokens",
]
