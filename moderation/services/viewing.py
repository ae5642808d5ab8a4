"""Views of the queue are kept and forgotten, each by its owner."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.shared.errors import Conflict, Invalid
from moderation.models import QueueView
from moderation.models.views import NAME_LENGTH

MOST = 12  # of one person: they are pills above the list


class ViewTaken(Conflict):
    """They have a view of this name, or as many as fit."""


def save_view(*, name: str, query: Mapping[str, str], by: User, at: datetime) -> QueueView:
    """Keep the queue's filters under a name. Raises Invalid, ViewTaken."""
    kept, called = {key: value for key, value in query.items() if value}, name.strip()
    if not 1 <= len(called) <= NAME_LENGTH:
        raise Invalid(_("Give the view a name of at most %(most)d characters.") % {"most": NAME_LENGTH}, field="name")
    if not kept:
        raise Invalid(_("Filter the queue first: a view of everything is the queue itself."), field="query")
    if QueueView.objects.filter(owner=by).count() >= MOST:
        raise ViewTaken(_("You have %(most)d views already: forget one first.") % {"most": MOST})
    try:
        with transaction.atomic():
            return QueueView.objects.create(owner=by, name=called, query=kept, created_at=at)
    except IntegrityError:
        raise ViewTaken(_("You have a view of this name already."), field="name") from None


def forget_view(*, view: QueueView, by: User) -> None:
    """Forget one's own; somebody else's is not found before."""
    QueueView.objects.filter(pk=view.pk, owner=by).delete()
