"""Inviting staff: beside the people (groupops.accounts), but an invitation gives posts in groups too."""

from django.urls import path

from groupops.groups.views import invitations as views

urlpatterns = [
    path("people/invite/", views.invite, name="invite"),
    path("people/invitations/", views.invitations, name="staff-invitations"),
    path("people/invitations/<int:pk>/revoke/", views.revoke, name="staff-invitation-revoke"),
    path("invited/<str:token>/", views.accept, name="staff-invitation"),
]
