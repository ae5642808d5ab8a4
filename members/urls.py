"""Addresses of the members."""

from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("", views.roster, name="roster"),
    path("export/", views.export, name="export"),
    path("<int:person_id>/", views.profile, name="profile"),
]
