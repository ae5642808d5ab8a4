"""What staff do for one member, and by when: the sorts of care, in the words of the seed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CareSort(TextChoices):
    """A sort of care. A room that needs another adds a line."""

    CUSTOM = "custom", _("What a colleague wrote down")
    # Seed: 人工跟进（24小时内）.
    NEW_BACKGROUND = "new_background", _("learn about their background and needs")
    NEW_TOPIC = "new_topic", _("lead them into a fitting topic")
    NEW_HISTORY = "new_history", _("recommend history and resources")
    NEW_CHANNELS = "new_channels", _("invite them to our other channels")
    # Seed: 新成员融入策略, 第一周.
    WEEK_WATCH = "week_watch", _("look every day whether they speak")
    WEEK_REPLY = "week_reply", _("reply to their questions and views")
    WEEK_INVITE = "week_invite", _("invite them into a topic for newcomers")
    WEEK_RESOURCES = "week_resources", _("recommend learning resources and tools")
    # Seed: 新成员融入策略, 第一个月.
    MONTH_SHARE = "month_share", _("invite them to share their experience")
    MONTH_EVENTS = "month_events", _("recommend events, online or offline")
    MONTH_CONTRIBUTE = "month_contribute", _("consider them as a contributor of content")
    MONTH_OPINION = "month_opinion", _("ask for their opinion on the group")
    # Seed: 成员分层管理, 管理 of each tier.
    TIER_TALK = "tier_talk", _("talk with this core member, as regularly")
    TIER_RECOGNISE = "tier_recognise", _("recognise what they do: they rose a tier")
    TIER_WAKE = "tier_wake", _("wake them with something of value: they have been quiet")
    # Seed: 客服, 表扬.
    PRAISE = "praise", _("praise them for helpful answers")


def care_sorts() -> list[tuple[str, str | Promise]]:
    """The choices of the field; a function, so that another sort wants no migration."""
    return list(CareSort.choices)


class CareState(TextChoices):
    """Where a care task is."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Not needed")


@dataclass(frozen=True)
class Wanted:
    """A care task that ought to be there. `occasion` makes it once-only with its member and sort: "2026-11", a join's day, "" for ever."""

    membership_id: int
    sort: CareSort
    due_at: datetime
    occasion: str = ""
    note: str = ""  # what a person wrote; the sort's own words stand without it
