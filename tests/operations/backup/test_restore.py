"""A backup, an empty database, a restore: every row the same, everything paused, nothing of the past sent again."""

import io
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation
from pytest_django import Settings

from content.models import Slot
from content.policy import SlotState, Why
from groupops.groups.models import Group
from groupops.messaging import delivery as sending
from groupops.messaging.models import Delivery, Pause
from groupops.messaging.policy import DeliveryState
from groupops.operations.backup import keeping, restoring, writing
from groupops.operations.backup.loading import NotEmpty
from groupops.operations.backup.tables import tables
from groupops.operations.models import BackupProof
from groupops.record import services as record
from groupops.record.models import Alarm, AuditEntry
from groupops.shared import clock
from tests import processes
from tests.factories import messaging as making
from tests.factories.accounts import founder
from tests.factories.content import SlotFactory
from tests.factories.inbound import StoredEventFactory
from tests.factories.messaging import DeliveryFactory
from tests.factories.moderation import LearnedModelFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
S = DeliveryState
AWKWARD = ["\\N", "\\\\N", "a\tb\nc\rd", "\\t", "反斜杠\\", "", "'\"%s", "🧧", "\\x41", " "]


def nothing(delivery: Delivery, **told: object) -> str:
    """Guard and hook of the purpose "test": nothing to say."""
    return ""


def life(*, due: bool = True) -> dict[str, Delivery]:
    """Rows of every kind of column, and deliveries in the states that matter; with `due` such as a restore has to leave alone."""
    boss = founder()
    record.audit(by=boss, verb="test.change", target=boss, at=clock.now(), after={"text": AWKWARD, "n": 1.5})
    record.seal(at=clock.now())
    event = StoredEventFactory(text="\n".join(AWKWARD), raw={"text": AWKWARD, "big": 1e300}, trace=[[1, {"x": None}]])
    for position, text in enumerate(AWKWARD):
        StoredEventFactory(text=text, connection=event.connection, group=event.group, event_key=f"{position}{text}")
    LearnedModelFactory(weights=bytes(range(256)), precision=0.1)
    SlotFactory(state=SlotState.PLANNED, due_at=clock.now() - timedelta(minutes=1))
    late = timedelta(hours=1)
    made: dict[str, Delivery] = {
        "coming": DeliveryFactory(state=S.PLANNED, due_at=clock.now() + late),
        "waiting": DeliveryFactory(state=S.WAITING_PERSON, due_at=clock.now() + late),
    }
    if due:
        made |= {"due": DeliveryFactory(state=S.DUE), "claimed": DeliveryFactory(state=S.DUE)}
        claim = {"state": S.CLAIMED, "fence": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "lease_until": clock.now() + late}
        Delivery.objects.filter(pk=made["claimed"].pk).update(**claim)
    return made


def restored(path: Path, **options: bool) -> restoring.Restored:
    """Into the test's own database, once it is empty."""
    call_command("flush", interactive=False, verbosity=0)
    return restoring.restore(path, keys=["of no use", *keys()], at=clock.now(), **options)


def keys() -> list[str]:
    """Those of the settings."""
    from django.conf import settings

    return list(settings.BACKUP_KEYS)


@pytest.fixture
def kinds(settings: Settings) -> None:
    """Deliveries of the purpose "test"."""
    settings.DELIVERY_KINDS = {**settings.DELIVERY_KINDS, "test": dict.fromkeys(["guard", "settled"], f"{__name__}.nothing")}


def test_every_column_has_a_kind() -> None:
    """A new kind of field must be taught to both databases before it can be backed up."""
    names = {table.name for table in tables()}
    assert {"messaging_delivery", "accounts_user", "members_membership", "record_auditentry"} <= names
    assert "django_migrations" not in names


@pytest.mark.usefixtures("kinds")
def test_restored_it_is_the_same_and_stands_still(tmp_path: Path) -> None:
    """Row by row; then what was due is missed, what was being sent is unknown, what comes is held, and no number is given twice."""
    made = life()
    last = Group.objects.create(name="gone", kind=made["due"].group.kind, level=made["due"].group.level, created_at=clock.now())
    number = last.pk
    last.delete()
    before = writing.digests_now()
    proof = keeping.back_up(tmp_path, at=clock.now(), prove=False)
    BackupProof.objects.all().delete()
    done = restored(Path(proof.path), verify=True)
    assert (done.differing, [one.invariant.key for one in done.doctor if not one.holds]) == ([], [])
    after = writing.digests_now()
    for name in (
        "inbound_storedevent",
        "accounts_user",
        "groups_group",
        "messaging_connection",
        "moderation_learnedmodel",
        "record_auditseal",
    ):
        assert before[name] == after[name], name
    now = {name: Delivery.objects.get(pk=row.pk).state for name, row in made.items()}
    assert now == {"due": S.MISSED, "claimed": S.UNKNOWN, "coming": S.PLANNED, "waiting": S.WAITING_PERSON}
    assert (done.missed, done.unknown, done.slots, done.paused) == (1, 1, 1, True)
    assert Slot.objects.get(due_at__lte=clock.now()).why == Why.ASK
    assert Pause.objects.filter(connection=None, group=None).count() == 2
    assert Group.objects.create(name="new", kind=made["due"].group.kind, level=made["due"].group.level, created_at=clock.now()).pk > number
    making.platform()
    sending.run(now=lambda: clock.now() + timedelta(hours=2), rings=lambda: None)
    assert not Delivery.objects.filter(state__in=[S.SENT, S.CLAIMED]).exists()
    assert [row.pk for row in restoring.outgoing(at=clock.now() + timedelta(hours=2))] == [made["coming"].pk]
    with pytest.raises(NotEmpty):
        restoring.restore(Path(proof.path), keys=keys(), at=clock.now())


def test_a_backup_is_proven_by_a_scratch_restore_and_travels_to_the_other_database(tmp_path: Path) -> None:
    """The proof leaves nothing behind; a damaged chain is no proof; a backup of PostgreSQL comes back on SQLite."""
    life(due=False)
    call_command("backup", str(tmp_path / "one.backup"), stdout=(out := io.StringIO()))
    proof = BackupProof.objects.get()
    assert proof.proven_at, proof.error
    assert "Proven" in out.getvalue()
    assert proof.rows > len(AWKWARD)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'groupops_scratch%'")
            assert cursor.fetchone()[0] == 0
    if connection.vendor == "postgresql":
        place = {"DATABASE_URL": "", "SQLITE_PATH": str(tmp_path / "other.sqlite3"), "GROUPOPS_STATE": str(tmp_path)}
        command = [sys.executable, "manage.py", "restore", proof.path]
        environment = {**processes.environment(), **place}
        done = subprocess.run(command, cwd=processes.ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{proof.rows:,} rows" in done.stdout
        assert "Would go out now: 0" in done.stdout


def test_a_wrong_key_and_an_inhabited_database_are_refused(tmp_path: Path, settings: Settings) -> None:
    """Plainly, and before anything was touched."""
    founder()
    proof = keeping.back_up(tmp_path / "x.backup", at=clock.now(), prove=False)
    assert (Path(proof.path).stat().st_mode & 0o777) == 0o600
    with translation.override("en"), pytest.raises(CommandError, match="not empty"):
        call_command("restore", proof.path)
    call_command("flush", interactive=False, verbosity=0)
    settings.BACKUP_KEYS = ["another"]
    with pytest.raises(CommandError, match=proof.key):
        call_command("restore", proof.path)
    cut = tmp_path / "cut.backup"
    cut.write_bytes(Path(proof.path).read_bytes()[:-200])
    (tmp_path / "key").write_text("\n".join(keys()) + "\n")
    with pytest.raises(CommandError, match=proof.key):
        call_command("restore", str(cut), key_file=tmp_path / "key")


def test_at_night_once_and_old_ones_go(tmp_path: Path, settings: Settings) -> None:
    """Its hour, one proof a day, an hour between two tries; the newest proven ones stay, and nothing that is not ours goes."""
    settings.BACKUP_DIR, settings.BACKUP_KEEP, settings.TIME_ZONE = str(tmp_path), 2, "UTC"
    night = clock.now().replace(hour=3, minute=5)
    assert keeping.is_time(at=night)
    (tmp_path / "holiday.jpg").touch()
    for days in (4, 3, 2, 1):
        made = night - timedelta(days=days)
        path = keeping.place(tmp_path, made)
        path.touch()
        proven = {"proven_at": made, "restore_seconds": 1} if days != 2 else {"error": "x"}
        BackupProof.objects.create(path=str(path), made_at=made, key="k", rows=1, size=1, seconds=1, **proven)
    assert [path.name for path in keeping.forget_old()] == [keeping.place(tmp_path, night - timedelta(days=4)).name]
    assert len(list(tmp_path.iterdir())) == 4
    BackupProof.objects.create(path="y", made_at=night, key="k", rows=1, size=1, seconds=1, error="the disk is full")
    assert not keeping.is_time(at=night + timedelta(minutes=30))
    assert keeping.is_time(at=night + timedelta(hours=2))


def test_an_old_proof_is_an_alarm(settings: Settings, tmp_path: Path) -> None:
    """It closes with the next one; without a folder nobody promised anything."""
    settings.BACKUP_DIR = str(tmp_path)
    now = clock.now()
    founder(date_joined=now - timedelta(days=3))
    keeping.watch(at=now)
    assert Alarm.objects.get(closed_at=None).key == keeping.ALARM
    BackupProof.objects.create(path="y", made_at=now, key="k", rows=1, size=1, seconds=1, proven_at=now, restore_seconds=1)
    keeping.watch(at=now)
    assert not Alarm.objects.filter(closed_at=None).exists()
    assert AuditEntry.objects.count() == 0
