"""Personal values as pages, exports and the API show them: masked, until somebody asks for one of them and says why."""

from django.utils.translation import gettext_lazy as _

from groupops.shared.errors import Invalid

REASON_LEAST, REASON_LENGTH = 2, 200
SHOWN = 3  # characters at each end, of a long value


class NoReason(Invalid):
    """Whoever wants to see a personal value in full says what for."""

    code = "no_reason"


def masked(value: str) -> str:
    """A personal value as lists show it: its ends, at most three characters each and half of it together, never the whole."""
    shown = min(len(value) // 4, SHOWN)
    return f"{value[:shown]}***{value[len(value) - shown :] if shown else ''}"


def reason_of(text: str) -> str:
    """The reason for seeing a value in full, trimmed, for the line in the operation log. Raises NoReason."""
    said = text.strip()
    if not REASON_LEAST <= len(said) <= REASON_LENGTH:
        raise NoReason(_("Say in 2 to 200 characters what you need it for. It is written down."), field="reason")
    return said
