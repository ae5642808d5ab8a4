"""How an act fails: each class says whether it certainly never left, and what to do next (policy.ENDINGS)."""


class AdapterError(Exception):
    """A failure with a message that is safe to show: no secrets, no response bodies."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code  # the platform's own


class NotSupported(AdapterError):
    """The platform cannot; lower the learned capability."""


class InvalidTarget(AdapterError):
    """The room or person is not there; flag the binding."""


class AlreadyDone(AdapterError):
    """Success, after looking."""


class PermissionDenied(AdapterError):
    """The account lacks a right; the message names it."""


class ContentRejected(AdapterError):
    """Back to the author."""


class RateLimited(AdapterError):
    """Too fast: certainly not sent. `after` seconds until the next try; workers never sleep."""

    def __init__(self, message: str, *, after: float = 0, code: str = "") -> None:
        super().__init__(message, code=code)
        self.after = after


class LoginRequired(AdapterError):
    """The credential is no longer accepted; tell a person outside the chat."""


class AccountRestricted(AdapterError):
    """The platform punishes the account; no automatic retry."""


class Unavailable(AdapterError):
    """The request certainly never left, or was certainly not executed; retry with backoff."""


class OutcomeUnknown(AdapterError):
    """It may or may not have happened (read timeout, reset after sending, 502, 504); look, else ask a person."""


class Forged(AdapterError):
    """A pushed request whose signature is missing or wrong."""
