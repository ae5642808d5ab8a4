"""What must hold of the audit trail (settings.INVARIANTS)."""

from django.utils.translation import gettext_noop as _

from groupops.record import heads, policy, queries
from groupops.shared import checks
from groupops.shared.invariants import Found, Invariant, Look, of_names


def kept() -> list[Invariant]:
    """Its chain, its seals, its triggers."""
    return [
        Invariant("record.chain", _("The audit log's hash chain verifies."), _chain),
        Invariant("record.heads", _("The chain holds every head that was noted outside the database."), _heads),
        Invariant("record.sealed", _("Every entry of the audit log is sealed within a minute."), _unsealed),
        Invariant("record.triggers", _("The tables that only grow have their triggers."), _triggers),
    ]


def _chain(look: Look) -> Found:
    """Walked whole by a person's command; the hourly look goes by what the verifying task last found."""
    if look.thorough:
        report = queries.verify_chain()
        broken_at, reason = report.broken_at, report.reason
    else:
        state = queries.chain_state()
        broken_at, reason = state.broken_at, state.reason
    return of_names([] if broken_at is None else [f"record.auditseal {broken_at}: {reason}"])


def _heads(look: Look) -> Found:
    return of_names(heads.contradicted())


def _unsealed(look: Look) -> Found:
    since = queries.unsealed_since()
    late = since is not None and look.at - since > policy.UNSEALED_ALARM
    return of_names([f"record.auditunsealed since {since}"] if late else [])


def _triggers(look: Look) -> Found:
    return of_names(str(warning.msg) for warning in checks.append_only(databases=["default"]))
