"""Links to the calendar for other programs: renew them, stop them."""

from datetime import datetime

from django.db import transaction

from content.models import FeedKey
from groupops.accounts.models import User
from groupops.record import services as record
from groupops.shared import links


def renew_feed(*, by: User, at: datetime) -> FeedKey:
    """New links for the user; the old ones open nothing any more."""
    with transaction.atomic():
        feed, _made = FeedKey.objects.update_or_create(user=by, defaults={"key": links.new_key(), "renewed_at": at})
        record.audit(by=by, verb="feed.renew", target=by, at=at)
    return feed


def stop_feed(*, by: User, at: datetime) -> None:
    """No links any more. Twice changes nothing."""
    with transaction.atomic():
        if FeedKey.objects.filter(user=by).delete()[0]:
            record.audit(by=by, verb="feed.stop", target=by, at=at)
