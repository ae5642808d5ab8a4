"""Credentials at rest: sealed with MultiFernet, the newest key first, older ones still open."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from groupops.shared.errors import Refused


class SecretsUnreadable(Refused):
    """No key of CREDENTIAL_KEYS opens the sealed value."""


def fernet(key: str) -> Fernet:
    """The box of one key, which may be any text."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


def _box() -> MultiFernet:
    return MultiFernet([fernet(key) for key in settings.CREDENTIAL_KEYS])


def seal(values: dict[str, Any]) -> str:
    """The values as an encrypted, authenticated text."""
    return _box().encrypt(json.dumps(values).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """The values of a sealed text; an empty text is an empty dict. Raises SecretsUnreadable."""
    if not sealed:
        return {}
    with _readable():
        values: dict[str, Any] = json.loads(_box().decrypt(sealed.encode()))
    return values


def rotate(sealed: str) -> str:
    """The same values sealed with the newest key; an empty text stays empty. Raises SecretsUnreadable."""
    with _readable():
        return _box().rotate(sealed.encode()).decode() if sealed else ""


def digests(text: str) -> list[str]:
    """The keyed hash (SHA-256, hex) of a text under each key, the newest first: to know a text again without keeping it."""
    return [digest(key, text) for key in settings.CREDENTIAL_KEYS]


def digest(key: str, text: str) -> str:
    """The keyed hash (SHA-256, hex) of a text under one key."""
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except InvalidToken:
        message = _("The stored credentials cannot be opened: CREDENTIAL_KEYS lacks the key they were sealed with.")
        raise SecretsUnreadable(message) from None
