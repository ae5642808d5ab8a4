"""What moderation keeps: rules, word lists, cases with evidence, decisions, acts, strikes, appeals, the blacklist, models that learned."""

from moderation.models.appeals import Appeal, AppealReply
from moderation.models.blacklist import Barred
from moderation.models.cases import Case, Evidence, Report
from moderation.models.decisions import Decision, Measure, Strike
from moderation.models.learning import LearnedModel, Learning
from moderation.models.quarrels import Exchange, Quarrel, QuarrelSide, QuarrelStep
from moderation.models.raids import Raid, RaidJoin
from moderation.models.rehearsals import Rehearsal, RehearsalResult, RehearsedCase
from moderation.models.rules import Rule, RuleDay, WordList
from moderation.models.views import QueueView

__all__ = [
    "Appeal",
    "AppealReply",
    "Barred",
    "Case",
    "Decision",
    "Evidence",
    "Exchange",
    "LearnedModel",
    "Learning",
    "Measure",
    "Quarrel",
    "QuarrelSide",
    "QuarrelStep",
    "QueueView",
    "Raid",
    "RaidJoin",
    "Rehearsal",
    "RehearsalResult",
    "RehearsedCase",
    "Report",
    "Rule",
    "RuleDay",
    "Strike",
    "WordList",
]
# A strike is never deleted: what was overruled says so. Its only change is that.
# What a rehearsal found is written once.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    Strike._meta.db_table: ("DELETE",),
    RehearsalResult._meta.db_table: ("UPDATE", "DELETE"),
    RehearsedCase._meta.db_table: ("UPDATE", "DELETE"),
}
