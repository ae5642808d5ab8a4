"""Addresses of running the installation, below /health/."""

from django.urls import path

from groupops.operations import views
from groupops.operations.status.metrics import metrics

urlpatterns = [
    path("live", views.live, name="health-live"),
    path("ready", views.ready, name="health-ready"),
    path("metrics", metrics, name="health-metrics"),
]
