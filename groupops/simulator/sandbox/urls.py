"""Addresses of the sandbox."""

from django.urls import path

from groupops.simulator.sandbox import views

app_name = "sandbox"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new", views.create, name="create"),
    path("<int:pk>/", views.page, name="page"),
    path("<int:pk>/act", views.act, name="act"),
    path("<int:pk>/play", views.play, name="play"),
    path("<int:pk>/advance", views.advance, name="advance"),
    path("<int:pk>/listen", views.listen, name="listen"),
    path("<int:pk>/reset", views.reset, name="reset"),
    path("<int:pk>/close", views.close, name="close"),
]
