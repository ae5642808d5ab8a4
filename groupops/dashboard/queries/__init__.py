"""What the home page asks, in a constant number of queries."""

from groupops.dashboard.queries.day import Hour, Mark, hours, themes
from groupops.dashboard.queries.numbers import Kpi, Step, checklist, kpis
from groupops.dashboard.queries.todo import WHO, Asked, Task, Todo, colleagues, items_of, todo

__all__ = [
    "WHO",
    "Asked",
    "Hour",
    "Kpi",
    "Mark",
    "Step",
    "Task",
    "Todo",
    "checklist",
    "colleagues",
    "hours",
    "items_of",
    "kpis",
    "themes",
    "todo",
]
