"""One trial: an installation, posts, murder, a quiet end, and the count. Runs inside the trial's own environment."""

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from groupops.accounts import services as accounts
from groupops.accounts.policy import Scope
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle
from groupops.messaging.models import Attempt, Binding, Connection
from groupops.operations.murder import counting
from groupops.operations.murder.installation import Installation
from groupops.operations.murder.posting import Writer
from groupops.operations.murder.victims import Victims, answers
from groupops.record.models import Alarm
from groupops.shared import clock, secretbox

ROOMS = 10
UP_SECONDS = 60.0
END_SECONDS = 240.0  # leases, the quiet after a call, retries: then whatever is still open is stuck
FLAG_SECONDS = 90.0


def run(installation: Installation, *, sends: int, seconds: float, every: float, seed: int, idempotent: bool) -> dict[str, object]:
    """Murder for `seconds` while `sends` posts go out; the count, with who was killed."""
    victims = Victims(installation, seed=seed)
    try:
        victims.start("platform")
        _until(lambda: answers(f"http://127.0.0.1:{installation.platform}/"), UP_SECONDS)
        installation.order("PUT", "/control/mode", idempotent=idempotent, readable=idempotent)
        writer = _community(installation)
        victims.begin()
        _until(lambda: answers(f"{installation.address}/health/live"), UP_SECONDS)
        texts = _under_fire(victims, writer, sends=sends, seconds=seconds, every=every)
        _until(lambda: counting.settled(unknown_too=idempotent), END_SECONDS)
        _until(_flagged, FLAG_SECONDS)
    finally:
        victims.stop()
    found = counting.count(installation.disk, texts)
    calls = Attempt.objects.count()
    return {"idempotent": idempotent, "kept": found.kept, **found.as_dict(), "kills": dict(victims.killed), "calls": calls}


def _community(installation: Installation) -> Writer:
    """Rooms, groups bound to them, and a founder with a token."""
    at = clock.now()
    password = secrets.token_urlsafe(16)
    founder = accounts.create_first_user(
        token=accounts.first_user_token() or "", username="murder", password=password, name="Murder", at=at
    )
    _token, secret = accounts.create_token(user=founder, name="murder", scope=Scope.WRITE, expires_at=at + timedelta(days=1), at=at)
    sealed = secretbox.seal({"account": "groupops"})
    connection = Connection.objects.create(name="murder", adapter="memory", sealed=sealed, account="groupops", created_at=at)
    groups = [_group(installation, connection, n) for n in range(ROOMS)]
    return Writer(installation.address, secret, [group.pk for group in groups])


def _group(installation: Installation, connection: Connection, n: int) -> Group:
    at, room = clock.now(), f"room{n}"
    kind = Kind.objects.earliest("pk")
    group = Group.objects.create(name=f"群 {n + 1}", kind=kind, level=kind.level, lifecycle=Lifecycle.ACTIVE, created_at=at)
    installation.order("PUT", f"/control/rooms/{room}", name=group.name, members={"groupops": "GroupOps", "wang": "王芳"})
    Binding.objects.create(group=group, connection=connection, remote_id=room, remote_name=group.name, remote_size=2, bound_at=at)
    return group


def _under_fire(victims: Victims, writer: Writer, *, sends: int, seconds: float, every: float) -> list[str]:
    """The writer has a thread of its own, not the killer: the kernel ends a process with the thread that started it."""
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(writer.write, sends, seconds=seconds)
        victims.kill_until(writing.done, every=every)
        return writing.result()


def _flagged() -> bool:
    return counting.settled(unknown_too=True) or Alarm.objects.filter(key__startswith="unknown:", closed_at=None).exists()


def _until(met: Callable[[], bool], seconds: float) -> None:
    """Wait, but not for ever: what is still open then is counted as it stands."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not met():
        time.sleep(0.5)
