"""Schedules, slots and posts over the API, with the rules of the pages."""

from typing import Any

from rest_framework import viewsets

from content.api.calendar import CalendarViewSet
from content.api.lines import PlanLineViewSet
from content.api.posts import PostViewSet
from content.api.schedules import ScheduleViewSet
from content.api.slots import SlotViewSet

routes: list[tuple[str, type[viewsets.GenericViewSet[Any]]]] = [
    ("plan-lines", PlanLineViewSet),
    ("schedules", ScheduleViewSet),
    ("slots", SlotViewSet),
    ("posts", PostViewSet),
    ("calendar", CalendarViewSet),
]
