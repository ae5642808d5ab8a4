"""Addresses of the portal: pages for group members, who never log in. Each opens by a signed link or a public code alone."""

from django.urls import path

from members.invitations import portal as invitations
from members.joining import portal as joining
from members.newcomers import portal as newcomers
from members.surveys import portal as surveys
from members.sweep import portal as sweep
from moderation import portal as moderation
from moderation.reporting import portal as reporting

app_name = "portal"
urlpatterns = [
    path("rules/<str:link>/", newcomers.rules, name="rules"),
    path("group/<str:link>/", newcomers.home, name="group"),
    path("j/<slug:code>", joining.join, name="join"),
    path("j/<slug:code>/wait", joining.wait, name="wait"),
    path("w/<str:link>", joining.place, name="place"),
    path("w/<str:link>/leave", joining.leave, name="place-leave"),
    path("q/<str:link>", joining.picture, name="picture"),
    path("i/<str:link>", invitations.invitation, name="invitation"),
    path("i/<str:link>/accept", invitations.accept, name="invitation-accept"),
    path("i/<str:link>/decline", invitations.decline, name="invitation-decline"),
    path("i/<str:link>/proof", invitations.proof, name="invitation-proof"),
    path("a/<str:link>", invitations.apply, name="apply"),
    path("f/<str:link>", surveys.personal, name="form"),
    path("g/<str:link>", surveys.of_group, name="form-of-group"),
    path("keep/<str:token>/", sweep.keep, name="keep"),
    path("report/<str:link>/", reporting.report, name="report"),
    path("appeal/<str:link>/", moderation.appeal, name="appeal"),
]
