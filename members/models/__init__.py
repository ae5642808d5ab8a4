"""What is kept of the members: one file an idea."""

from members.models.activity import DailyActivity
from members.models.care import CareTask
from members.models.identity import FormerName, Person
from members.models.membership import Membership
from members.models.newcomers import Greeting
from members.models.onboarding import Intake, Newcomer
from members.models.questions import Question
from members.models.rules import RulesAcknowledgement
from members.models.sources import Source
from members.models.tags import MembershipTag, Note, Segment, Tag
from members.models.tiers import TierChange, TierNight
from members.models.welcome import Welcome, WelcomeRound

__all__ = [
    "CareTask",
    "DailyActivity",
    "FormerName",
    "Greeting",
    "Intake",
    "Membership",
    "Newcomer",
    "Person",
    "Question",
    "RulesAcknowledgement",
    "Source",
    "TierChange",
    "TierNight",
    "Welcome",
    "WelcomeRound",
]
    "Membership",
    "MembershipTag",
    "Note",
    "Person",
    "Question",
    "Segment",
    "Source",
    "Tag",
    "TierChange",
    "TierNight",
]

# Never rewritten; not guarded against DELETE, because a person can be erased.
APPEND_ONLY: dict[str, tuple[str, ...]] = {TierChange._meta.db_table: ("UPDATE",)}
