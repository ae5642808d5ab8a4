"""Addresses of the pages that mix apps."""

from django.urls import path

from groupops.dashboard import views

urlpatterns = [
    path("", views.today, name="today"),
    path("today/act", views.act, name="today-act"),
    path("today/undo/<str:token>", views.undo, name="today-undo"),
    path("live/", views.live, name="live"),
    path("palette/", views.palette, name="palette"),
    path("components/", views.components, name="components"),
]
