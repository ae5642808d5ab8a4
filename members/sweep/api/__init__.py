"""Runs, cases, leaves and colleagues over the API."""

from members.sweep.api.seats import ColleagueViewSet, LeaveViewSet
from members.sweep.api.sweeping import SweepCaseViewSet, SweepRunViewSet

routes = [("colleagues", ColleagueViewSet), ("sweep-runs", SweepRunViewSet), ("sweep-cases", SweepCaseViewSet), ("leaves", LeaveViewSet)]
