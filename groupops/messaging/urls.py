"""Addresses of the send desk and the channels."""

from django.urls import path

from groupops.messaging.views import channels, desk, rooms

app_name = "messaging"
urlpatterns = [
    path("deliveries/", desk.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/", desk.delivery, name="delivery"),
    path("deliveries/<int:pk>/undo", desk.undo, name="undo"),
    path("deliveries/<int:pk>/<slug:decision>", desk.decide, name="decide"),
    path("channels/", channels.connections, name="connections"),
    path("channels/new/", channels.connect, name="connect"),
    path("channels/new/<slug:kind>/", channels.connect_to, name="connect-to"),
    path("channels/<int:pk>/", channels.connection, name="connection"),
    path("channels/<int:pk>/check", channels.check, name="check"),
    path("channels/<int:pk>/pause", channels.pause, name="pause"),
    path("channels/<int:pk>/resume", channels.resume, name="resume"),
    path("channels/<int:pk>/credentials/", channels.rotate, name="rotate"),
    path("groups/<int:group_id>/room/", rooms.bind, name="bind"),
    path("groups/<int:group_id>/room/none", rooms.unbind, name="unbind"),
    path("groups/<int:group_id>/room/<int:connection_id>", rooms.bind_to, name="bind-to"),
]
