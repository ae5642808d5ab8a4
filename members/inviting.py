"""邀请策略设计: campaigns and personal invitations, their states, what may follow what, what an invitation says. Pure."""

from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

UNANSWERED = timedelta(days=3)  # ours: so long after it was sent somebody asks again
OPEN_MOST = 2000  # applications of one campaign that nobody has decided on
# The seed's words for a personal invitation: value of the group, what it is to them, limited places.
TEMPLATE = """{{name}}，你好！{{reason}}

我们在「{{group}}」等你。名额有限，还剩 {{left}} 个，这是给你留的专属入口：
{{link}}"""
KNOWN = ("name", "reason", "group", "left", "link", "event", "benefit")


class Sort(TextChoices):
    """How a campaign brings people (seed: 个人邀请, 内容引导, 活动邀请)."""

    PERSONAL = "personal", _("Personal invitations")
    CONTENT = "content", _("Led in by content")
    EVENT = "event", _("Event")


class Gate(TextChoices):
    """What somebody does before they come in (seed: 设置入群门槛, 如转发、点赞)."""

    NONE = "none", _("Nothing")
    SHARE = "share", _("Share a post")
    LIKE = "like", _("Like a post")
    OTHER = "other", _("Something else, as written")


class CampaignState(TextChoices):
    """Where a campaign is."""

    DRAFT = "draft", _("Draft")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


MOVES: dict[str, frozenset[str]] = {
    CampaignState.DRAFT: frozenset({CampaignState.RUNNING}),
    CampaignState.RUNNING: frozenset({CampaignState.PAUSED, CampaignState.ENDED}),
    CampaignState.PAUSED: frozenset({CampaignState.RUNNING, CampaignState.ENDED}),
    CampaignState.ENDED: frozenset({CampaignState.RUNNING}),
}


class InvitationState(TextChoices):
    """Where an invitation is. Opened is no state of its own: a page that is only looked at decides nothing."""

    DRAFT = "draft", _("Not sent yet")
    SENT = "sent", _("Sent")
    APPLIED = "applied", _("Applied")
    ACCEPTED = "accepted", _("Has a place")
    JOINED = "joined", _("Joined")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")


WAITING = (InvitationState.DRAFT, InvitationState.SENT, InvitationState.APPLIED)  # nothing is decided
SEATED = (InvitationState.ACCEPTED, InvitationState.JOINED)  # these hold a seat


class ProofState(TextChoices):
    """What became of a proof."""

    WAITING = "waiting", _("To be looked at")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")


def is_open(*, state: str, starts_at: datetime | None, ends_at: datetime | None, at: datetime) -> bool:
    """Whether a campaign takes people now."""
    return state == CampaignState.RUNNING and (starts_at is None or starts_at <= at) and (ends_at is None or at < ends_at)


def said(template: str, values: dict[str, str]) -> str:
    """The invitation with its placeholders filled; one that has no value vanishes, and what is filled in is filled once."""
    parts = template.split("{{")
    text = parts[0]
    for part in parts[1:]:
        name, end, rest = part.partition("}}")
        known = end and name.strip() in KNOWN
        text += values.get(name.strip(), "") + rest if known else "{{" + part
    return text


def people(pasted: str) -> list[tuple[str, str]]:
    """A pasted list: a person a line, name and what is said to them parted by a tab, a comma or a colon. Empty lines are nothing."""
    found = []
    for line in pasted.splitlines():
        cut = min((at for mark in "\t,，:：" if (at := line.find(mark)) >= 0), default=len(line))
        name, reason = line[:cut].strip()[:60], line[cut + 1 :].strip()[:300]
        if name:
            found.append((name, reason))
    return found
