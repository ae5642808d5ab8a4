"""docs/reference/sweep.md, drawn from the code: the states, the moves, who is exempt, what a run says when it proposes nobody."""

from datetime import UTC, datetime

from django.utils import translation

from members.sweep import exempting
from members.sweeping import BY_APPROVAL, IN_PROGRESS, MOVES, TO_DECIDE, Blocked, CaseState, Mode

HEAD = """\
# Inactive sweep

<!-- Written by `manage.py sweep_reference` from the code. Do not edit. -->

Once a local week of its clock (policy `members.sweep`) every running group is looked at. The look is one `INSERT … SELECT` for up to 500
groups and writes a `SweepRun` (unique on group and week) and a `SweepCase` for every silent member. Silent is who is present, whose last
message is known, and whose last sign of life (message, or 保留) is older than `silent_days`. Members whose activity is unknown are
counted and never proposed. How to work with it: [how-to](../how-to/sweep.md).
"""
RULES = """\
- **Asked** needs the receipt of the private question; the time to answer counts from it. A platform that cannot write privately gives
  a card on the send desk; the question never becomes an @ in the group.
- Any message in the group, 保留 by the link, leave, or any other exemption ends a case. A private answer reaches nobody's pipeline: whoever
  reads it presses *They stay*.
- Just before a removal its guard asks everything again: present, silent, not kept, not exempt, approved, the policy still removes.
- **Removed** needs the receipt, or the person who did it by hand. A pause of enforcing holds removals; a paused group gets nothing at all.
- At most `batch` people of a run are asked, and at most so many removed. When more than `two_person_above` of one run are approved, those
  wait for a second person, who is somebody else: the database refuses the same one. After a week without, the case is decided anew.
- *They stay* and 保留 set `Membership.kept_at`, which counts as a sign of life: the sweep leaves them alone for another period.
- No platform here lets an account invite: *Invite back* is a task in 今日待办 until they are there again.
"""
PROTOCOL = """\
`settings.SWEEP_EXEMPTIONS` lists functions `(at) -> Exemption(code, label, condition)`. The condition is a `Q` or an `Exists` over
Membership with `OuterRef("person")`, `OuterRef("group")` or `OuterRef("pk")`; it becomes part of the one statement, so it costs nothing
a member. It must be true or false, never unknown. The code is stored with the case.
"""


def page() -> str:
    """The whole page."""
    with translation.override("en"):
        parts = [HEAD, "## States\n", _states(), "## Rules\n", RULES, "## How far it goes\n", _modes(), "## Who is never proposed\n"]
        return "\n".join([*parts, PROTOCOL, _exempt(), "## When nobody is proposed\n", _blocked()])


def _states() -> str:
    rows = [[f"`{state.value}`", str(state.label), _marks(state), _next(state)] for state in CaseState]
    return _table(["State", "Shown as", "", "Moves to"], rows)


def _marks(state: CaseState) -> str:
    marks = {"in progress: one a member": IN_PROGRESS, "waits for a person": TO_DECIDE, "approved by a person": BY_APPROVAL}
    return ", ".join(text for text, states in marks.items() if state in states)


def _next(state: CaseState) -> str:
    return ", ".join(f"`{to.value}`" for to in CaseState if to in MOVES[state]) or "–"


def _modes() -> str:
    return _table(["`mode`", "Meaning"], [[f"`{mode.value}`", str(mode.label)] for mode in Mode])


def _exempt() -> str:
    found = exempting.exemptions(datetime(2026, 1, 1, tzinfo=UTC))
    return _table(["Code", "Meaning"], [[f"`{one.code}`", str(one.label)] for one in found])


def _blocked() -> str:
    return _table(["Code", "Meaning"], [[f"`{one.value}`", str(one.label)] for one in Blocked if one.value])


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
