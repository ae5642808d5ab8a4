"""What pages of the sweep show of a case, and of the states of many."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from members.models import SweepCase
from members.sweep import exempting


def line(case: SweepCase, *, may: bool) -> dict[str, Any]:
    """A silent member as pages show them."""
    return {"case": case, "exempt": exempt_because(case), "may": may}


def exempt_because(case: SweepCase) -> str:
    names = exempting.labels()
    return _(", ").join(str(names.get(code, code)) for code in case.codes)


def pills(query: QueryDict, counts: dict[str, int], states: Any) -> list[dict[str, Any]]:
    kept = query.copy()
    for name in ("after", "before", "state"):
        kept.pop(name, None)
    everything = {"label": _("All"), "url": f"?{kept.urlencode()}", "active": not query.get("state"), "count": sum(counts.values())}
    pills = [everything]
    for state in states:
        if counts.get(state) or query.get("state") == state:
            kept["state"] = state.value
            pills.append(
                {"label": state.label, "url": f"?{kept.urlencode()}", "active": query.get("state") == state, "count": counts.get(state, 0)}
            )
    return pills
