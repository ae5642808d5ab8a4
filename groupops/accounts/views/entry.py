"""The doors in: the first user's link, invitations, and the page of those who guessed too often."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groupops.accounts import services as accounts
from groupops.accounts.forms import FirstUserForm, PasswordForm
from groupops.accounts.middleware import public, source_of
from groupops.accounts.models import User
from groupops.accounts.services.links import check_first_user_token
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.http import too_many

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@once
def first_user(request: HttpRequest, token: str) -> HttpResponse:
    """Makes the founder who opens the installation, and logs them in."""
    check_first_user_token(token)
    form = FirstUserForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        person = {"username": values["username"], "password": values["password1"], "name": values["name"]}
        return _welcome(request, accounts.create_first_user(token=token, at=clock.now(), source=source_of(request), **person))
    return render(request, "accounts/first_user.html", {"form": form}, status=422 if form.errors else 200)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@once
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody who was invited, or forgot their password, chooses one, and is logged in."""
    user = accounts.invited_user(token)
    form = PasswordForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password1"]
        return _welcome(request, accounts.accept_invitation(token=token, password=password, at=clock.now(), source=source_of(request)))
    return render(request, "accounts/invitation.html", {"form": form, "person": user}, status=422 if form.errors else 200)


def _welcome(request: HttpRequest, user: User) -> HttpResponse:
    login(request, user, backend=BACKEND)
    return redirect(settings.LOGIN_REDIRECT_URL)


@public
def locked_out(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Too many wrong passwords (axes asks for this page): says so, and how long."""
    return too_many(request, _("Too many wrong passwords. Try again in 15 minutes."), seconds=900)
