"""Every write of the accounts."""

from groupops.accounts.services.factors import (
    CODES,
    NoSecondFactor,
    codes_renewed,
    factor_added,
    factor_removed,
    reset_factor,
    wrong_code,
)
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
from groupops.accounts.services.sessions import end_session, end_sessions, note_session
from groupops.accounts.services.tokens import TooManyTokens, create_token, note_use, revoke_token, token_digest

__all__ = [
    "CODES",
    "LastFounder",
    "LinkUsed",
    "NoSecondFactor",
    "TooManyTokens",
    "UsernameTaken",
    "accept_invitation",
    "codes_renewed",
    "create_first_user",
    "create_token",
    "end_session",
    "end_sessions",
    "factor_added",
    "factor_removed",
    "first_user_token",
    "invitation_token",
    "invite",
    "invited_user",
    "make_link",
    "note_session",
    "note_use",
    "reset_factor",
    "revoke_token",
    "set_password",
    "set_preferences",
    "signed_in",
    "token_digest",
    "update_user",
    "wrong_code",
]
