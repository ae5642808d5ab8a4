"""Addresses of the accounts; of allauth's pages only those that an invited user needs."""

from allauth.account import views as allauth
from django.urls import include, path

from groupops.accounts import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/link/", views.person_link, name="person-link"),
    path("people/<int:pk>/deactivate/", views.person_active, {"on": False}, name="person-deactivate"),
    path("people/<int:pk>/reactivate/", views.person_active, {"on": True}, name="person-reactivate"),
    path("people/<int:pk>/second-factor/reset/", views.person_factor_reset, name="person-factor-reset"),
    path("people/<int:pk>/sessions/end/", views.person_sessions_end, name="person-sessions-end"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("first-user/<str:token>/", views.first_user, name="first-user"),
    path("profile/", views.profile, name="profile"),
    path("preferences/", views.preferences, name="preferences"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/others/end/", views.sessions_end_others, name="sessions-end-others"),
    path("sessions/<int:pk>/end/", views.session_end, name="session-end"),
    path("second-factor/", include("allauth.mfa.urls")),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.token_revoke, name="token-revoke"),
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth.password_change, name="account_change_password"),
]
