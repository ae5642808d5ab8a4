"""The quick form of `just prove-audit`, and the heads that lie outside the database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from groupops.record import heads, tasks
from groupops.record import services as record
from groupops.record.models import AuditSeal, Heartbeat
from groupops.shared import clock, triggers
from tests import tamper
from tests.factories.accounts import founder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def no_heads() -> Iterator[None]:
    """Each test begins without noted heads."""
    heads.home().unlink(missing_ok=True)
    yield
    heads.home().unlink(missing_ok=True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="bytes are flipped in a file")
def test_every_flip_is_found() -> None:
    """Forty here; a thousand by the command."""
    counted = tamper.trial(12, 40, seed=7)
    assert counted.found == counted.flips == 40
    triggers.install("default", AuditSeal._meta.db_table)


def test_a_chain_cut_short_with_all_it_remembers_is_found_by_the_file() -> None:
    """Whoever owns the tables can make them agree; the file does not."""
    by = founder()
    for n in range(3):
        record.audit(by=by, verb="test.change", target=by, at=clock.now() + timedelta(seconds=n))
    record.seal(at=clock.now())
    tasks.export_head()
    assert heads.export(at=clock.now()) is None
    assert heads.contradicted() == []
    call_command("verify_audit")
    triggers.remove("default", AuditSeal._meta.db_table)
    AuditSeal.objects.filter(number=3).delete()
    seal = AuditSeal.objects.get(number=2)
    Heartbeat.objects.filter(name="audit-seal").update(detail={"number": 2, "digest": seal.digest})
    with pytest.raises(CommandError, match="does not hold a head"):
        call_command("verify_audit")
    AuditSeal.objects.filter(number=2).update(digest="0" * 64)
    with pytest.raises(CommandError, match=rf"link 2 \(entry {seal.entry_id}, test.change\)"):
        call_command("verify_audit")
    triggers.install("default", AuditSeal._meta.db_table)
