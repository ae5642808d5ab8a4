"""One's own things: profile, the switches of every page, API tokens."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from groupops.accounts import queries
from groupops.accounts import services as accounts
from groupops.accounts.forms import PreferencesForm, ProfileForm, TokenForm
from groupops.accounts.middleware import THEME_COOKIE, actor, public
from groupops.accounts.models import ApiToken, User
from groupops.accounts.policy import Right, Scope
from groupops.accounts.sure import sure
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Invalid, Refused
from groupops.shared.http import LANGUAGE_COOKIE, next_url

COOKIE_LIFE = timedelta(days=365)
COOKIES = {"language": LANGUAGE_COOKIE, "theme": THEME_COOKIE}


@require_http_methods(["GET", "HEAD", "POST"])
@once
def profile(request: HttpRequest) -> HttpResponse:
    """Name, address, language, theme and zone of the person who is logged in."""
    # A copy: a refused form leaves its values on its instance, and the frame of the page shows actor(request).
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=User.objects.get(username=actor(request).username))
    if request.method == "POST" and form.is_valid():
        accounts.set_preferences(user=actor(request), at=clock.now(), **form.cleaned_data)
        with translation.override(form.cleaned_data["language"] or None):
            messages.success(request, _("Your profile was saved."))
        return _remember(redirect("profile"), **form.cleaned_data)
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@public
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """The language and theme switches: kept on the user, and in a cookie for before and after the login."""
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("There is no such language or theme."))
    wanted = {name: form.cleaned_data[name] for name in COOKIES if request.POST.get(name)}
    if wanted and request.user.is_authenticated:
        accounts.set_preferences(user=actor(request), at=clock.now(), **wanted)
    return _remember(redirect(next_url(request)), **wanted)


def _remember(response: HttpResponse, **values: str) -> HttpResponse:
    for name in COOKIES:
        if values.get(name):
            response.set_cookie(
                COOKIES[name], values[name], max_age=COOKIE_LIFE, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
            )
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sure
@once
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own API tokens; a new one's text is shown this once."""
    form, text = TokenForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        values, at = form.cleaned_data, clock.now()
        try:
            _token, text = accounts.create_token(
                user=actor(request), name=values["name"], scope=Scope(values["scope"]), expires_at=form.expires_at(at), at=at
            )
            form = TokenForm()
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
    found = queries.tokens_of(actor(request))
    context = {"form": form, "text": text, "tokens": found, "now": clock.now()}
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@once
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token: one's own, or a founder anybody's."""
    mine = ApiToken.objects.all() if actor(request).has_right(Right.MANAGE_PEOPLE) else actor(request).tokens.all()
    token = get_object_or_404(mine, pk=pk)
    accounts.revoke_token(token=token, by=actor(request), at=clock.now())
    messages.success(request, _("“%(name)s” was revoked. Programs that use it are refused from now on.") % {"name": token.name})
    return redirect(next_url(request, default="/accounts/tokens/"))
