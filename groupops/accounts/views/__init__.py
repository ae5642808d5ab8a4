"""Pages of the accounts: people and roles, the doors in, one's own things."""

from groupops.accounts.views.entry import first_user, invitation, locked_out
from groupops.accounts.views.own import preferences, profile, token_revoke, tokens
from groupops.accounts.views.people import invite, people, person, person_active, person_link

__all__ = [
    "first_user",
    "invitation",
    "invite",
    "locked_out",
    "people",
    "person",
    "person_active",
    "person_link",
    "preferences",
    "profile",
    "token_revoke",
    "tokens",
]
