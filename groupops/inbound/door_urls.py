"""The address that platforms push to; its unguessable part is the door of a connection."""

from django.urls import path

from groupops.inbound.views.door import door

urlpatterns = [
    path("", door, name="inbound-door"),
    path("<path:below>", door, name="inbound-door-below"),
]
