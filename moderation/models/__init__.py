"""What moderation keeps: rules and word lists, cases with their evidence, decisions and what was done, strikes and appeals."""

from moderation.models.appeals import Appeal
from moderation.models.cases import Case, Evidence, Report
from moderation.models.decisions import Decision, Measure, Strike
from moderation.models.rules import Rule, RuleDay, WordList

__all__ = ["Appeal", "Case", "Decision", "Evidence", "Measure", "Report", "Rule", "RuleDay", "Strike", "WordList"]
# A strike is never deleted: what was overruled says so. Its only change is that.
APPEND_ONLY: dict[str, tuple[str, ...]] = {Strike._meta.db_table: ("DELETE",)}
