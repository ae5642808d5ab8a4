"""Every write of the accounts."""

from groupops.accounts.services.links import (
    LinkUsed,
    accept_invitation,
    create_first_user,
    first_user_token,
    invitation_token,
    invited_user,
    make_link,
)
from groupops.accounts.services.people import LastFounder, UsernameTaken, invite, set_password, set_preferences, signed_in, update_user
from groupops.accounts.services.tokens import TooManyTokens, create_token, note_use, revoke_token, token_digest

__all__ = [
    "LastFounder",
    "LinkUsed",
    "TooManyTokens",
    "UsernameTaken",
    "accept_invitation",
    "create_first_user",
    "create_token",
    "first_user_token",
    "invitation_token",
    "invite",
    "invited_user",
    "make_link",
    "note_use",
    "revoke_token",
    "set_password",
    "set_preferences",
    "signed_in",
    "token_digest",
    "update_user",
]
