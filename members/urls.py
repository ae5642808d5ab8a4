"""Addresses of the members."""

from django.urls import path

from members import views
from members.care import views as care
from members.newcomers import views as newcomers
from members.questions import views as questions

app_name = "members"
urlpatterns = [
    path("", views.roster, name="roster"),
    path("export/", views.export, name="export"),
    path("<int:person_id>/", views.profile, name="profile"),
    path("questions/", questions.desk, name="questions"),
    path("questions/act", questions.act, name="questions-act"),
    path("questions/undo/<str:token>", questions.undo, name="questions-undo"),
    path("questions/<int:pk>/<slug:what>", questions.settle, name="question-settle"),
    path("care/<int:pk>/<slug:to>", care.settle, name="care-settle"),
    path("newcomers/<int:group_id>/greet", newcomers.greet, name="greet"),
    path("newcomers/<int:group_id>/undo/<str:token>", newcomers.undo, name="greet-undo"),
]
