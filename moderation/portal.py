"""申诉: the page of the link in the private word. Looking at it changes nothing; its button posts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groupops.accounts.middleware import public
from groupops.groups.forms import attempt
from groupops.shared import clock
from moderation import addresses
from moderation import services as moderation
from moderation.forms import AppealForm
from moderation.models import Appeal, Strike


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, link: str) -> HttpResponse:
    """What was decided and until when it can be appealed against, with the form; afterwards what became of it."""
    strike = addresses.strike_of(link)
    if strike is None:
        raise Http404(_("This link does not hold."))
    form = AppealForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, strike, form)
    made, status = attempt(form, lambda: moderation.appeal(strike=strike, text=form.cleaned_data["text"], at=clock.now()))
    return redirect("portal:appeal", link) if made else _page(request, strike, form, status=status)


def _page(request: HttpRequest, strike: Strike, form: AppealForm, *, status: int = 200) -> HttpResponse:
    made = Appeal.objects.filter(strike=strike).first()
    open_ = made is None and strike.overruled_at is None and clock.now() <= strike.appeal_until
    context = {"strike": strike, "form": form, "appeal": made, "open": open_}
    return render(request, "portal/appeal.html", context, status=status)
