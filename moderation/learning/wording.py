"""A model in words and numbers, as pages show it."""

from typing import Any

from django.utils.translation import gettext as _

from moderation.models import LearnedModel, Learning
from moderation.policy.learning import ANEW, FEWEST


def share(part: float | None) -> str:
    """A share in per cent; – for none."""
    return "–" if part is None else f"{100 * part:.1f} %"


def facts(row: LearnedModel) -> list[tuple[str, Any]]:
    """What a version learned from and reached, as rows of label and value."""
    alone = f"{row.automatic:.2f}" if row.acts_alone else _("none: not measured well enough to act alone")
    told = [
        (_("Learned from"), _("%(verdicts)d verdicts, %(offences)d of them offences") % _numbers(row)),
        (_("Ordinary messages beside them"), row.ordinary),
        (_("To the queue from a score of"), f"{row.queue:.2f}"),
        (_("There: precision, recall"), f"{share(row.precision)}, {share(row.recall)}"),
        (_("Acts alone from a score of"), alone),
    ]
    if row.acts_alone:
        told.append((_("There: precision, recall"), f"{share(row.automatic_precision)}, {share(row.automatic_recall)}"))
    return told


def outcome(row: Learning) -> str:
    """What came of a learning that somebody asked for; empty while it waits or runs."""
    if row.is_open:
        return ""
    made = row.model
    if made is None:
        return _("Nothing was learned: %(why)s") % {"why": _(row.why)}
    if made.why:
        return _("Version %(n)d was learned and is not used: %(why)s") % {"n": made.version, "why": made.get_why_display()}
    return _("Version %(n)d was learned.") % {"n": made.version}


def compared(row: LearnedModel) -> str:
    """How a version did beside the one before it; empty for the first, and without a new verdict that neither had seen."""
    if row.wrong_before is None or not row.compared:
        return ""
    told = {"n": row.compared, "wrong": row.wrong, "before": row.wrong_before}
    return _("Of %(n)d new verdicts it judged %(wrong)d wrongly, the one before %(before)d.") % told


def _numbers(row: LearnedModel) -> dict[str, int]:
    return {"verdicts": row.verdicts, "offences": row.offences}


def to_go(offences: int, new: int, harmless: int | None = None) -> list[str]:
    """What is still missing before the next version is learned by itself; with `harmless`, before a person may have it learned."""
    told = []
    if harmless is not None and harmless < FEWEST:
        told.append(_("%(n)d of %(least)d harmless messages") % {"n": harmless, "least": FEWEST})
    if harmless is None and new < ANEW:
        told.append(_("%(n)d of %(least)d new verdicts") % {"n": new, "least": ANEW})
    if offences < FEWEST:
        told.append(_("%(n)d of %(least)d offences") % {"n": offences, "least": FEWEST})
    return told
