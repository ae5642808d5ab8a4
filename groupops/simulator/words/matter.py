"""A matter: something that people in a group talk about, as patterns by the part that a line plays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Matter:
    """`sort` says how the talk goes (question, opinion, share, chat); `banks` fill the slots of its own lines.

    Lines by part: a question has ask, more, answer, add, back; an opinion open, side, retort; a share open, more, comment;
    small talk open, chime.
    """

    sort: str
    weight: float
    lines: Mapping[str, Sequence[str]]
    banks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hours: tuple[int, int] = (0, 24)  # from and before which hour one begins with it
