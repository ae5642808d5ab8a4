"""Addresses of moderation."""

from django.urls import path

from moderation.blacklist import views as blacklist
from moderation.fairness import views as fairness
from moderation.learning import views as learning
from moderation.quarrels import views as quarrels
from moderation.raids import views as raids
from moderation.rehearsals import views as rehearsals
from moderation.views import appeals, cases, queue, rules, saved

app_name = "moderation"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("act/", queue.act, name="act"),
    path("views/save/", saved.save, name="view-save"),
    path("views/<int:pk>/forget/", saved.forget, name="view-forget"),
    path("undo/<str:token>/", queue.undo, name="undo"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/reveal/", cases.reveal, name="case-reveal"),
    path("cases/<int:pk>/appeal/", appeals.enter, name="appeal-enter"),
    path("blacklist/", blacklist.blacklist, name="blacklist"),
    path("blacklist/new/", blacklist.add, name="blacklist-add"),
    path("blacklist/<int:pk>/confirm/", blacklist.confirm, name="blacklist-confirm"),
    path("blacklist/<int:pk>/lift/", blacklist.lift, name="blacklist-lift"),
    path("rules/", rules.rules, name="rules"),
    path("rules/install/", rules.install, name="rules-install"),
    path("rules/new/<slug:sort>/", rules.rule_new, name="rule-new"),
    path("rules/<int:pk>/", rules.rule, name="rule"),
    path("rules/<int:pk>/<slug:to>/", rules.rule_move, name="rule-move"),
    path("models/", learning.models, name="models"),
    path("models/<int:pk>/", learning.model, name="model"),
    path("models/<int:pk>/learn/", learning.learn, name="model-learn"),
    path("models/<int:pk>/<int:version>/", learning.back, name="model-back"),
    path("lists/", rules.lists, name="lists"),
    path("lists/new/", rules.list_edit, name="list-new"),
    path("lists/<int:pk>/", rules.list_edit, name="list"),
    path("lists/<int:pk>/export/", rules.list_export, name="list-export"),
    path("rehearsals/", rehearsals.rehearsals, name="rehearsals"),
    path("rehearsals/new/", rehearsals.new, name="rehearsal-new"),
    path("rehearsals/<int:pk>/", rehearsals.rehearsal, name="rehearsal"),
    path("raids/", raids.raids, name="raids"),
    path("raids/<int:pk>/", raids.raid, name="raid"),
    path("raids/<int:pk>/lift", raids.lift, name="raid-lift"),
    path("raids/<int:pk>/act", raids.act, name="raid-act"),
    path("raids/<int:pk>/undo/<str:token>", raids.undo, name="raid-undo"),
    path("quarrels/", quarrels.quarrels, name="quarrels"),
    path("quarrels/<int:pk>/", quarrels.quarrel, name="quarrel"),
    path("quarrels/<int:pk>/to/<slug:to>", quarrels.assign, name="quarrel-assign"),
    path("quarrels/<int:pk>/steps/<slug:step>/<slug:to>", quarrels.tick, name="quarrel-step"),
    path("quarrels/<int:pk>/say", quarrels.say, name="quarrel-say"),
    path("quarrels/<int:pk>/close", quarrels.close, name="quarrel-close"),
    path("quarrels/<int:pk>/reopen", quarrels.reopen, name="quarrel-reopen"),
    path("fairness/", fairness.fairness, name="fairness"),
    path("fairness/export/", fairness.export, name="fairness-export"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<int:pk>/decide/", appeals.decide, name="appeal-decide"),
]
