"""What is kept of the members: one file an idea."""

from members.models.activity import DailyActivity
from members.models.care import CareTask
from members.models.identity import FormerName, Person
from members.models.membership import Membership
from members.models.newcomers import Greeting
from members.models.questions import Question
from members.models.sources import Source
from members.models.tiers import TierChange, TierNight

__all__ = ["CareTask", "DailyActivity", "FormerName", "Greeting", "Membership", "Person", "Question", "Source", "TierChange", "TierNight"]

# Never rewritten; not guarded against DELETE, because a person can be erased.
APPEND_ONLY: dict[str, tuple[str, ...]] = {TierChange._meta.db_table: ("UPDATE",)}
