"""A refusal is not a bug: the base of every business "no"."""

from django.utils.functional import Promise


class Refused(Exception):
    """A business "no", with a message a person can act on.

    Pages show it on the form, the API answers `status` with problem+json, tasks log it. Subclasses stand beside
    the function that raises them and may name the `field` the message belongs to.
    """

    status = 409
    code = "refused"

    def __init__(self, message: str | Promise, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


class Invalid(Refused):
    """What was asked cannot be: a value out of range, a wrong form."""

    status = 422
    code = "invalid"


class Conflict(Refused):
    """Somebody was faster, or the thing is no longer in the state the person saw."""

    status = 409
    code = "conflict"


class Forbidden(Refused):
    """The person sees the object but lacks the right; the message names the missing right."""

    status = 403
    code = "forbidden"
