"""Signed links: an address that opens without a login, for programs and people outside. Whoever has it may read what it names.

The signature says that we made it. Whether it still holds is the caller's to ask: the link carries a key, and the caller compares it
with the one that is stored now, so that a new key makes every older link worthless.
"""

from typing import Any

from django.core import signing
from django.utils.crypto import constant_time_compare, get_random_string

KEY_LENGTH = 22


def new_key() -> str:
    """A key that nobody guesses."""
    return get_random_string(KEY_LENGTH)


def sign(purpose: str, subject: list[Any], *, key: str) -> str:
    """The link's text: the same for the same subject and key. `subject` is plain JSON; it can be read by whoever has the link."""
    return signing.Signer(salt=f"link {purpose}").sign_object([subject, key], compress=False)


def read(purpose: str, text: str) -> tuple[list[Any], str] | None:
    """The subject and the key of a link of ours; None of a damaged one or one of another purpose."""
    try:
        subject, key = signing.Signer(salt=f"link {purpose}").unsign_object(text)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return subject, key


def holds(key: str, stored: str) -> bool:
    """Whether a link's key is the one that is stored."""
    return bool(stored) and constant_time_compare(key, stored)
