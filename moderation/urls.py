"""Addresses of moderation."""

from django.urls import path

from moderation.views import appeals, cases, queue

app_name = "moderation"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("act/", queue.act, name="act"),
    path("undo/<str:token>/", queue.undo, name="undo"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/appeal/", appeals.enter, name="appeal-enter"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<int:pk>/decide/", appeals.decide, name="appeal-decide"),
]
