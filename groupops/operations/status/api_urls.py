"""The API's address of the status."""

from django.urls import path

from groupops.operations.status import api

urlpatterns = [path("", api.SystemView.as_view(), name="api-system")]
