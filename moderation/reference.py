"""docs/reference/moderation.md, drawn from the code: ladders by strikes and severity, states of cases, rules and appeals, offences."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils import translation

from moderation.policy import MOVES, OPEN, CaseState, Held, Ladder, LadderRule, Offence, RuleState, due, ladder_of, spelt
from moderation.policy.offences import GENTLE, TO_PEOPLE
from moderation.policy.states import RULE_MOVES

HEAD = """\
# Moderation

<!-- Written by `manage.py moderation_reference` from the code. Do not edit. -->

A rule (or a member who reports) notices a message. What is noticed of one member and one offence is one case, until it is decided;
what follows within three minutes on a violation belongs to it. A decision that stands is one a case (`decision_once`). A violation gives a
strike that counts until its day, frozen when it is given, and does what the ladder says, by the outbox. How to work with it:
[how-to](../how-to/moderate.md).
"""
RULES = """\
- The weight of the strikes in force of one ladder says which step is due; a severe offence climbs two. Expired and overruled strikes
  do not count, so that an appeal recomputes every later step. The last step is never left.
- A machine acts only for a rule that *acts by itself*, in its first steps. These go to people: politics, attacks and quarrels; people
  with a post (two reviewers); removals, unless the rule *removes without a person*; all above the cap of an hour, with an alarm
  (a recall of a further message counts as one, and waits on the send desk).
- What a person decides leaves after `hold_seconds`; until then it is undone for good. Each act asks once more just before it leaves:
  taken back, overruled, gone. Where a step says 考虑移出, *Violation* is the person's word for the removal.
- A message that its author recalls within `take_back_minutes` is not punished, unless a rule acted at once.
- A violating message moves *last spoke* and is not counted for the tier; an overruled case gives it back.
- An appeal: once a strike, within `appeal_days`, at most 2,000 characters, by the link in the private word, by a private
  message that begins with 申诉 (read once; what is refused is answered), or entered by a colleague.
  Nobody who judged decides it: the database refuses the same person. Upheld: strike, mute, place and counts come back in one transaction,
  with an apology; one that the platform does not deliver waits as a card on the send desk. No platform here lets an account invite: who
  was removed is invited by a person.
- Who is on the blacklist and comes all the same is a case of its own offence, without a strike; a person confirms the removal unless
  `barred_alone`. An entry for somebody with a post counts once a second reviewer has confirmed it. The strikes of one human's identities
  count together.
- Evidence keeps its text for `appeal_days` + `evidence_days`.
"""


def page() -> str:
    """The whole page."""
    with translation.override("en"):
        parts = [HEAD, "## Ladders\n", _ladders(), "## Rules\n", RULES, "## Offences\n", _offences()]
        parts += ["## States of a case\n", _states(CaseState, MOVES, OPEN), "## States of a rule\n", _states(RuleState, RULE_MOVES, ())]
        return "\n".join([*parts, "## Why a person decides\n", _held()])


def _ladders() -> str:
    """The step for every weight of strikes in force and both severities."""
    rule, parts = LadderRule(), []
    for ladder in Ladder:
        rungs = rule.rungs(ladder)
        rows = [
            [str(standing), *(f"{due(rungs, standing, weight) + 1}. {spelt(rungs[due(rungs, standing, weight)])}" for weight in (1, 2))]
            for standing in range(len(rungs) + 1)
        ]
        parts.append(f"### {ladder.label}\n\n" + _table(["Strikes in force", "Normal", "Severe"], rows))
    return "\n".join(parts)


def _offences() -> str:
    rows = [[f"`{one.value}`", str(one.label), str(ladder_of(one).label), _marks(one)] for one in Offence]
    return _table(["Offence", "Shown as", "Ladder", ""], rows)


def _marks(one: Offence) -> str:
    marks = {"never a strike": GENTLE, "judged by people": TO_PEOPLE}
    return ", ".join(text for text, offences in marks.items() if one in offences)


def _states(states: type[TextChoices], moves: Mapping[Any, Iterable[StrEnum]], waiting: Iterable[Any]) -> str:
    rows = []
    for state in states:
        to = ", ".join(f"`{one.value}`" for one in states if one in moves[state]) or "–"
        rows.append([f"`{state.value}`", str(state.label), "waits for a person" if state in waiting else "", to])
    return _table(["State", "Shown as", "", "Moves to"], rows)


def _held() -> str:
    return _table(["Code", "Meaning"], [[f"`{one.value}`", str(one.label)] for one in Held if one.value])


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
