"""Addresses of the send desk and the channels."""

from django.urls import path

from groupops.messaging.views import appservice, channels, deciding, desk, orders, pauses, rooms, tuning

app_name = "messaging"
urlpatterns = [
    path("deliveries/", desk.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/", desk.delivery, name="delivery"),
    path("deliveries/act", deciding.act, name="act"),
    path("deliveries/undo/<str:token>", deciding.undo_many, name="undo-many"),
    path("deliveries/<int:pk>/undo", deciding.undo, name="undo"),
    path("deliveries/<int:pk>/<slug:decision>", deciding.decide, name="decide"),
    path("channels/", channels.connections, name="connections"),
    path("channels/new/", channels.connect, name="connect"),
    path("channels/new/<slug:kind>/", channels.connect_to, name="connect-to"),
    path("channels/<int:pk>/", channels.connection, name="connection"),
    path("channels/<int:pk>/check", channels.check, name="check"),
    path("channels/<int:pk>/pause/", pauses.pause, name="pause"),
    path("channels/<int:pk>/resume/", pauses.resume, name="resume"),
    path("pauses/", pauses.pauses, name="pauses"),
    path("pauses/all/", pauses.pause_all, name="pause-all"),
    path("pauses/all/resume/", pauses.resume_all, name="resume-all"),
    path("groups/<int:group_id>/pause/", pauses.pause_group, name="pause-group"),
    path("groups/<int:group_id>/resume/", pauses.resume_group, name="resume-group"),
    path("channels/<int:pk>/registration/", appservice.appservice, name="appservice"),
    path("channels/<int:pk>/registration/file", appservice.appservice_file, name="appservice-file"),
    path("channels/<int:pk>/registration/test", appservice.appservice_test, name="appservice-test"),
    path("channels/<int:pk>/credentials/", channels.rotate, name="rotate"),
    path("channels/<int:pk>/limits", tuning.limit, name="limit"),
    path("channels/<int:pk>/limits/<int:limit_id>/remove", tuning.no_limit, name="no-limit"),
    path("channels/<int:pk>/refusals/<slug:operation>/forget", tuning.try_again, name="try-again"),
    path("channels/<int:pk>/test", tuning.test_send, name="test-send"),
    path("groups/<int:group_id>/orders/", orders.orders, name="orders"),
    path("groups/<int:group_id>/orders/do", orders.order, name="order"),
    path("groups/<int:group_id>/orders/look", orders.look, name="look"),
    path("groups/<int:group_id>/abilities", orders.abilities, name="abilities"),
    path("groups/<int:group_id>/room/", rooms.bind, name="bind"),
    path("groups/<int:group_id>/room/same", rooms.confirm, name="confirm-room"),
    path("groups/<int:group_id>/room/none", rooms.unbind, name="unbind"),
    path("groups/<int:group_id>/room/<int:connection_id>", rooms.bind_to, name="bind-to"),
]
