"""Numbers and addresses of people inside evidence, hidden without moving a character: marks of what was found still fit."""

import re

from groupops.shared.masking import SHOWN

# A run of at least seven digits (telephone, QQ, cards), also with gaps; an e-mail address; an account behind its platform's name.
PERSONAL = re.compile(
    r"(?<![\d.])\d(?:[ -]?\d){6,18}[Xx]?(?!\d)"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:(?<=微信)|(?<=薇信)|(?<=[vV][xX])|(?<=微信号)|(?<=[qQ][qQ]))[:： ]*[a-zA-Z][\w-]{5,19}"
)


def masked(text: str) -> str:
    """The text with everything personal reduced to its ends; as long as it was."""
    return PERSONAL.sub(lambda found: _stars(found[0]), text)


def _stars(value: str) -> str:
    shown = min(len(value) // 4, SHOWN)
    return f"{value[:shown]}{'*' * (len(value) - 2 * shown)}{value[len(value) - shown :]}"
