"""Addresses of the group pages."""

from django.urls import path

from groupops.groups import views

app_name = "groups"
urlpatterns = [
    path("", views.listing, name="list"),
    path("export/", views.export, name="export"),
    path("bulk/", views.bulk, name="bulk"),
    path("undo/<str:token>/", views.undo, name="undo"),
    path("new/", views.create, name="create"),
    path("new/<slug:slug>/", views.create_from, name="create-from"),
    path("advice/", views.advice, name="advice"),
    path("advice/users/", views.users, name="users"),
    path("ecosystem/", views.ecosystem, name="ecosystem"),
    path("moments/", views.moments, name="moments"),
    path("moments/<int:pk>/dismiss/", views.moment_dismiss, name="moment-dismiss"),
    path("moments/<int:pk>/restore/", views.moment_restore, name="moment-restore"),
    path("kinds/", views.kinds, name="kinds"),
    path("kinds/new/", views.kind_new, name="kind-new"),
    path("kinds/<int:pk>/", views.kind_edit, name="kind-edit"),
    path("rules/", views.base_rules, name="base-rules"),
    path("rules/edit/", views.base_rules_edit, name="base-rules-edit"),
    path("rules/<int:version>/restore/", views.base_restore, name="base-rules-restore"),
    path("policies/", views.policies, name="policies"),
    path("policies/<str:name>/", views.policy, name="policy"),
    path("policies/<str:name>/edit/", views.policy_edit, name="policy-edit"),
    path("policies/<str:name>/preview/", views.policy_preview, name="policy-preview"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/rules/", views.rules, name="rules"),
    path("<int:pk>/rules/edit/", views.rules_edit, name="rules-edit"),
    path("<int:pk>/rules/<int:version>/restore/", views.rules_restore, name="rules-restore"),
    path("<int:pk>/posts/", views.posts, name="posts"),
    path("<int:pk>/posts/give/", views.give_post, name="give-post"),
    path("<int:pk>/posts/<int:post>/end/", views.post_end, name="post-end"),
    path("<int:pk>/roster/", views.roster, name="roster"),
    path("<int:pk>/roster/add/", views.roster_add, name="roster-add"),
    path("<int:pk>/roster/<int:shift>/end/", views.roster_end, name="roster-end"),
    path("<int:pk>/roster/undo/<str:token>/", views.roster_undo, name="roster-undo"),
    path("<int:pk>/hand-over/", views.hand_over, name="hand-over"),
]
