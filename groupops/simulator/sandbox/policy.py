"""What can be done in a sandbox, and where its clock can be put: pure."""

from datetime import datetime, time, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from groupops.shared.clock import local
from groupops.shared.wall import wall_moment

PACE = timedelta(seconds=5)  # between two things that a person does: two events never share a moment
STRIDE = timedelta(days=7)  # so far the clock moves at most before slots are planned again; they are planned eight days ahead
FARTHEST = timedelta(days=366)  # ahead of the real time: beyond it everything of note has been seen
MORNING = time(9)
LONGEST = 2000  # characters, as on the platform


class Deed(TextChoices):
    """What a member does. Pictures, stickers and links are texts, as the platforms' histories spell them."""

    SAY = "say", _("Send")
    PICTURE = "picture", _("Picture")
    STICKER = "sticker", _("Sticker")
    LINK = "link", _("Web link")
    JOIN = "join", _("Join the group")
    LEAVE = "leave", _("Leave the group")
    RENAME = "rename", _("Rename the group")
    RECALL = "recall", _("Recall")


SPELT = {Deed.PICTURE: "[图片]", Deed.STICKER: "[动画表情]", Deed.LINK: "[链接] 一篇值得一看的文章 https://example.com/article"}
SAYING = (Deed.SAY, *SPELT)


class Jump(TextChoices):
    """How far the clock is put ahead."""

    HOUR = "hour", _("+1 hour")
    MORNING = "morning", _("Tomorrow 09:00")
    SLOT = "slot", _("Next send")
    WEEK = "week", _("+1 week")


def target(jump: Jump, now: datetime, *, zone: str, next_slot: datetime | None) -> datetime | None:
    """Where a jump leads from `now`; None where there is no next slot."""
    match jump:
        case Jump.HOUR:
            return now + timedelta(hours=1)
        case Jump.MORNING:
            return wall_moment(local(now, zone).date() + timedelta(days=1), MORNING, zone)
        case Jump.WEEK:
            return now + timedelta(days=7)
        case Jump.SLOT:
            return next_slot


def said(deed: Deed, text: str, quoted: tuple[str, str] | None) -> str:
    """The text of a message as the platform carries it; a reply begins with what it answers, `quoted` (name, text), as WeChat copies it."""
    words = SPELT.get(deed, text.strip())
    if quoted is None:
        return words
    name, first = quoted[0], quoted[1].splitlines()[0][:60] if quoted[1] else ""
    return f"「{name}：{first}」\n- - - - - - - - - - -\n{words}"
