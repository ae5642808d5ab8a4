"""Addresses of the pages that mix apps."""

from django.urls import path

from groupops.dashboard import views

urlpatterns = [
    path("", views.today, name="today"),
    path("palette/", views.palette, name="palette"),
    path("components/", views.components, name="components"),
    path("system/", views.system, name="system"),
]
