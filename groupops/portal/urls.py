"""Addresses of the portal: pages for group members, who never log in. Each opens by a signed link or a public code alone."""

from django.urls import URLPattern

app_name = "portal"
urlpatterns: list[URLPattern] = []
