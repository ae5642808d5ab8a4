"""Kinds of post, states of posts and slots, and what a person chooses for a schedule."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PostKind(TextChoices):
    """What sort of post (design: kinds of post)."""

    MESSAGE = "message", _("Message")
    ANNOUNCEMENT = "announcement", _("Announcement")
    TOPIC = "topic", _("Topic")
    QUESTION = "question", _("Question round")
    DIGEST = "digest", _("Digest")
    PROMOTION = "promotion", _("Promotion")
    GREETING = "greeting", _("Greeting")


class PostState(TextChoices):
    """Where a post is: draft → review → approved → scheduled → sent. Approved and not scheduled is held: it does not leave by itself."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    APPROVED = "approved", _("Approved")
    SCHEDULED = "scheduled", _("Scheduled")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


RESENDABLE = (PostState.MISSED, PostState.FAILED)  # known not to be in the room: a person may send it anew


class SlotState(TextChoices):
    """Where an occurrence of a schedule is."""

    PLANNED = "planned", _("Planned")
    RELEASED = "released", _("Released")
    SKIPPED = "skipped", _("Skipped")
    MISSED = "missed", _("Missed")


class Why(TextChoices):
    """Why a slot was skipped or missed, or left otherwise than planned. A code, so that each reader gets it in their language."""

    NONE = "", ""
    PERSON = "person", _("Skipped by a person.")
    DISABLED = "disabled", _("The schedule was switched off before it left.")
    MOVED = "moved", _("The schedule was moved to a time that had already passed on this day.")
    INACTIVE = "inactive", _("The group was not active.")
    PAUSED = "paused", _("The group was paused.")
    LATE = "late", _("It was found too late to send it on its own.")
    ASK = "ask", _("It was found too late; a person decides whether it still goes out.")
    LEFT = "left", _("It was too late, and a person decided to leave it.")
    SENT_LATE = "sent_late", _("It was late and went out once, on the same day.")
    BY_HAND = "by_hand", _("It was too late, and a person sent it.")
    UNAPPROVED = "unapproved", _("The text written for this day was not approved in time.")
    HELD = "held", _("A person held the text written for this day.")


class CatchUp(TextChoices):
    """What happens to a slot that is found later than its kind allows (see `lapse`). One slot a day, so "all" would be "once"."""

    SKIP = "skip", _("Skip")
    ONCE_LATE = "once_late", _("Send once, late")
    ASK = "ask", _("Ask a person")


class Holidays(TextChoices):
    """What the official Chinese calendar means for a rule (seed: 节假日期间)."""

    USUAL = "usual", _("As on any day")
    SILENT = "silent", _("Silent on public holidays")
    CALENDAR = "calendar", _("Holidays count as weekend, make-up days as workdays")
    GIVES_WAY = "gives_way", _("By the calendar, and silent on festivals: their greeting takes its place")
    FESTIVAL = "festival", _("Only on festivals")
