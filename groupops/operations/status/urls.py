"""Addresses of the status page, below /system/."""

from django.urls import path

from groupops.operations.status import views

urlpatterns = [
    path("", views.system, name="system"),
    path("notices/try", views.try_notices, name="system-try-notices"),
]
