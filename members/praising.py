"""表扬: who answered so often in a week that somebody should thank them (seed: 认可和表扬). Numbers marked ° in the docs are ours. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy import ValueRefused, setting
from groupops.shared import placeholders

WINDOW = timedelta(days=7)
KNOWN = ("name", "n", "group")
TEXT = "谢谢 @{{name}}！最近一周帮大家解答了 {{n}} 个问题，给{{group}}的大家省了不少时间 👏"


@dataclass(frozen=True)
class PraiseRule:
    """Policy members.praise: when a praise is proposed, and with which words."""

    title: ClassVar[Promise] = _("Praise for helpful answers")
    answers: int = setting(3, _("propose a praise from"), high=100, unit=_("answers in seven days"), help=_("0: never."))
    most: int = setting(5, _("at most"), low=1, high=50, unit=_("praises a group and week"))
    text: str = setting(TEXT, _("draft of the praise"), lines=True, help=_("{{name}}, {{n}} and {{group}} are filled in."))

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueRefused(_("Write the draft."), field="text")
        try:
            placeholders.check(self.text, KNOWN)
        except placeholders.Unfilled as unknown:
            raise ValueRefused(unknown.message, field="text") from None


@dataclass(frozen=True)
class Helped:
    """A member who answered others in one group, how often, and the human behind."""

    membership_id: int
    group_id: int
    person_id: int
    answers: int


def week_of(at: datetime) -> str:
    """The week as an occasion: "2026-W48"."""
    year, week, _day = at.isocalendar()
    return f"{year}-W{week:02}"


def chosen(helped: Iterable[Helped], rules: dict[int, PraiseRule], praised: set[int], given: dict[int, int]) -> list[Helped]:
    """Whom to praise: each human once, where they helped most; not those in `praised`; no more of a group than its rule says.

    `given` are the praises of the week so far, by group.
    """
    found, left = [], {group: rule.most - given.get(group, 0) for group, rule in rules.items()}
    seen = set(praised)
    for one in sorted(helped, key=lambda one: (-one.answers, one.membership_id)):
        least = rules[one.group_id].answers
        if one.person_id in seen or not least or one.answers < least or left[one.group_id] <= 0:
            continue
        seen.add(one.person_id)
        left[one.group_id] -= 1
        found.append(one)
    return found


def draft(rule: PraiseRule, *, name: str, n: int, group: str) -> str:
    """The words, filled."""
    return placeholders.fill(rule.text, {"name": name, "n": str(n), "group": group})
