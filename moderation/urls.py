"""Addresses of moderation."""

from django.urls import path

from moderation.learning import views as learning
from moderation.views import appeals, cases, queue, rules

app_name = "moderation"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("act/", queue.act, name="act"),
    path("undo/<str:token>/", queue.undo, name="undo"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/appeal/", appeals.enter, name="appeal-enter"),
    path("rules/", rules.rules, name="rules"),
    path("rules/install/", rules.install, name="rules-install"),
    path("rules/new/<slug:sort>/", rules.rule_new, name="rule-new"),
    path("rules/<int:pk>/", rules.rule, name="rule"),
    path("rules/<int:pk>/<slug:to>/", rules.rule_move, name="rule-move"),
    path("models/", learning.models, name="models"),
    path("models/<int:pk>/", learning.model, name="model"),
    path("models/<int:pk>/<int:version>/", learning.back, name="model-back"),
    path("lists/", rules.lists, name="lists"),
    path("lists/new/", rules.list_edit, name="list-new"),
    path("lists/<int:pk>/", rules.list_edit, name="list"),
    path("lists/<int:pk>/export/", rules.list_export, name="list-export"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<int:pk>/decide/", appeals.decide, name="appeal-decide"),
]
