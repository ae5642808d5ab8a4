"""Pages that mix apps."""

from groupops.dashboard.views.acts import act, undo
from groupops.dashboard.views.pages import components, palette
from groupops.dashboard.views.today import live, today

__all__ = ["act", "components", "live", "palette", "today", "undo"]
