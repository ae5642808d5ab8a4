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
