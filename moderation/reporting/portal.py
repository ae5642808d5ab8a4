"""举报: the page of a member's own link. Looking at it changes nothing; its button posts."""

from datetime import datetime

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groupops.accounts.middleware import public
from groupops.groups.forms import attempt
from groupops.groups.policy import Lifecycle
from groupops.shared import clock
from groupops.shared.intake import LARGEST_ID
from groupops.shared.throttle import limited
from members.models import Membership
from members.newcomers import addresses
from moderation.models import Case
from moderation.policy import Offence
from moderation.queries.reporting import SHOWN, reportable
from moderation.services import reporting

# What a member can tell apart; people judge it anew.
SORTS = (Offence.ADVERT, Offence.ATTACK, Offence.QUARREL, Offence.POLITICS, Offence.PYRAMID, Offence.NOISE, Offence.OFF_TOPIC)


class ReportForm(forms.Form):
    """Which message, and what is wrong with it."""

    message = forms.IntegerField(min_value=1, max_value=LARGEST_ID, error_messages={"required": gettext_lazy("Choose a message.")})
    offence = forms.ChoiceField(label=gettext_lazy("What is wrong with it"), choices=[(one.value, one.label) for one in SORTS])


@public
@never_cache
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, link: str) -> HttpResponse:
    """What others said lately, to choose from. 404 once they have left."""
    member = addresses.member_of(link)
    if member is None or member.group.lifecycle == Lifecycle.ARCHIVED:
        raise Http404(_("There is nothing here."))
    form, at = ReportForm(request.POST if request.method == "POST" else None), clock.now()
    done, status = None, 200
    if request.method == "POST":
        done, status = attempt(form, lambda: _report(form, member, at))
    context = {"member": member, "form": form, "said": reportable(member, at)[:SHOWN], "done": done, "link": link}
    return render(request, "portal/report.html", context, status=status)


def _report(form: ReportForm, member: Membership, at: datetime) -> Case:
    given = form.cleaned_data
    return reporting.report(reporter=member, event_id=given["message"], offence=Offence(given["offence"]), at=at)
