"""Addresses of the portal: pages for group members, who never log in. Each opens by a signed link or a public code alone."""

from django.urls import path

from members.newcomers import portal as newcomers

app_name = "portal"
urlpatterns = [
    path("rules/<str:link>/", newcomers.rules, name="rules"),
    path("group/<str:link>/", newcomers.home, name="group"),
]
