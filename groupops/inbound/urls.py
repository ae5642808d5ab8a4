"""Addresses of what groups say."""

from django.urls import path

from groupops.inbound.views import messages

app_name = "inbound"
urlpatterns = [
    path("groups/<int:group_id>/", messages.messages, name="messages"),
    path("groups/<int:group_id>/new", messages.newer, name="newer"),
    path("events/<int:event_id>/", messages.message, name="message"),
    path("events/<int:event_id>/replay", messages.replay, name="replay"),
    path("parked/", messages.parked, name="parked"),
    path("parked/replay", messages.replay_all, name="replay-all"),
]
