"""Moving one entry of the calendar: what speaks against the new moment is said first, then the post or slot moves."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from content.calendar import doubts
from content.clashes import Doubt, Sort, Standing
from content.models import Post, Slot
from content.services import slots as slot_moves
from content.services.posts import move_post
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.shared.errors import Conflict


class SameMinute(Conflict):
    """Another post of the group leaves at this very minute."""


class Doubtful(Conflict):
    """It would come close to another post, or say the same again; a person may keep it anyway. Carries the doubts."""

    status = 422

    def __init__(self, message: str, doubts: Sequence[Doubt]) -> None:
        super().__init__(message)
        self.doubts = doubts


class MovedMeanwhile(Conflict):
    """Somebody else has moved it since the page was drawn."""


def rearrange_slot(*, slot: Slot, due_at: datetime, was: datetime | None, keep: bool, by: User | None, at: datetime) -> Slot:
    """Move this one occurrence. `was` is where the person saw it, `keep` says that doubts were read.

    Raises MovedMeanwhile, SameMinute, Doubtful, and what move_slot raises.
    """
    schedule = slot.schedule
    _refuse_seen(slot.due_at, was)
    slot_moves.refuse_day(slot, due_at)
    refuse_doubts(schedule.group, Standing(due_at, schedule.title, schedule.body, schedule.pk, slot=slot.pk), keep=keep)
    return slot_moves.move_slot(slot=slot, due_at=due_at, by=by, at=at)


def rearrange_post(
    *, post: Post, version: int | None, due_at: datetime, was: datetime | None, keep: bool, by: User | None, at: datetime
) -> Post:
    """Move a post. Raises MovedMeanwhile, SameMinute, Doubtful, and what move_post raises."""
    _refuse_seen(post.due_at, was)
    if post.slot is not None:
        slot_moves.refuse_day(post.slot, due_at)
    series = post.slot.schedule_id if post.slot else None
    new = Standing(due_at, post.title, post.body, series, post=post.pk, slot=post.slot_id)
    refuse_doubts(post.group, new, keep=keep)
    return move_post(post=post, version=post.version if version is None else version, due_at=due_at, by=by, at=at)


def refuse_doubts(group: Group, new: Standing, *, keep: bool) -> None:
    """Refuse the same minute always, any other doubt unless it was read. Raises SameMinute, Doubtful."""
    found = doubts(group, new)
    if found and found[0].sort == Sort.SAME_MINUTE:
        raise SameMinute(_("At this very minute “%(title)s” leaves for this group already.") % {"title": found[0].other.title})
    if found and not keep:
        raise Doubtful(said(found[0]), found)


def said(doubt: Doubt) -> str:
    """A doubt as a sentence, on the wall clock of the reader."""
    moment = date_format(timezone.localtime(doubt.other.due_at), "m-d H:i")
    if doubt.sort == Sort.SAME_TEXT:
        return _("“%(title)s” (%(moment)s) says the same text.") % {"title": doubt.other.title, "moment": moment}
    return _("Close to “%(title)s” (%(moment)s).") % {"title": doubt.other.title, "moment": moment}


def _refuse_seen(stands: datetime, was: datetime | None) -> None:
    if was is not None and abs((stands - was).total_seconds()) >= 60:
        raise MovedMeanwhile(_("Somebody else has moved this meanwhile. The calendar shows where it stands now."))
