"""The calendar for other programs: the page with the links, and what the links open."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from content import feeds
from content.models import FeedKey
from content.services.feeds import renew_feed, stop_feed
from content.views.found import number
from groupops.accounts.middleware import public
from groupops.groups import access
from groupops.groups.models import Group
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock


@require_safe
def subscribe(request: HttpRequest) -> HttpResponse:
    """The links of the reader: to all groups they may see, and to one (`?group=`)."""
    group = access.group_for(actor(request), number(request.GET["group"])) if request.GET.get("group") else None
    key = FeedKey.objects.filter(user=actor(request)).first()
    context = {
        "group": group,
        "feed": key,
        "all_url": _url(key, None) if key else "",
        "group_url": _url(key, group) if key and group else "",
        "groups": access.visible_to(actor(request)).order_by("name")[:500],
    }
    return render(request, "content/calendar_feeds.html", context)


def _url(key: FeedKey, group: Group | None) -> str:
    return settings.PUBLIC_URL + reverse("content:feed", args=[feeds.link_of(key, group.pk if group else None)])


@require_POST
@once
def renew(request: HttpRequest) -> HttpResponse:
    """New links; the old ones open nothing any more."""
    renew_feed(by=actor(request), at=clock.now())
    messages.success(request, _("Here are your links. Older ones no longer work."))
    return _back(request)


@require_POST
@once
def stop(request: HttpRequest) -> HttpResponse:
    """No links any more."""
    stop_feed(by=actor(request), at=clock.now())
    messages.success(request, _("Your calendar links no longer work."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    group = request.POST.get("group", "")
    return redirect(f"{reverse('content:feeds')}?{urlencode({'group': group})}" if group.isdecimal() else "content:feeds")


@public
@require_safe
def feed(request: HttpRequest, link: str) -> HttpResponse:
    """The calendar behind a link, with what its user may see at this moment. 404 once it was renewed or stopped."""
    whose = feeds.reader(link)
    if whose is None:
        raise Http404(_("There is nothing here."))
    user, group_id = whose
    with translation.override(user.language or settings.LANGUAGE_CODE):
        found = feeds.feed_of(user, group_id, at=clock.now())
    if found is None:
        raise Http404(_("There is nothing here."))

    @condition(etag_func=lambda request: f'"{found.etag}"', last_modified_func=lambda request: found.since)
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(found.body, content_type="text/calendar; charset=utf-8")

    return answer(request)
