"""How many posts leave in a second with four worker processes, how late, and how near that comes to a bare sender.

    DATABASE_URL=postgres://… python bench/deliveries.py [--posts 1000] [--workers 4] [--runs 5] [--rate 50] [--profile]

A fake platform runs as a process of its own and syncs its log before it answers. Floor: as many processes that only claim by
UPDATE, POST, and write the receipt (bare_sender.py), over the same tables and the same platform. Measured: the product's own
Celery workers and beat, with every guard and hook of posts. Both in turn, in one run; only ratios count. `--rate` then lets
posts fall due evenly and says how late their receipts are. Works in a test database of its own, which is dropped at the end.
"""

# ruff: noqa: I001  (measuring sets Django up before its models are imported)
import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from measuring import median, own_database, percentile, postmaster, tree_seconds
from products import answers, ready, running, until

from django.conf import settings

from delivery_profile import profile
from posts import all_sent, post, rate, rooms
from groupops.messaging.models import Binding, Delivery
from groupops.operations.embedded.ports import free
from groupops.shared import clock
from tests import processes

AHEAD = timedelta(seconds=2)  # posts are written before they are due
IDLE = 10.0  # seconds that are watched while nothing is due
WORKER = ["-m", "celery", "-A", "groupops", "worker", "--without-gossip", "--without-mingle", "--without-heartbeat", "--concurrency"]


def bare(bindings: list[Binding], platform: str, options: argparse.Namespace) -> float:
    """The floor; its processes are started before anything is due."""
    due = clock.now()
    ids = post(bindings, options.posts, lambda _n: due)
    url = processes.environment()["DATABASE_URL"]
    started = clock.now()
    command = [sys.executable, str(Path(__file__).with_name("bare_sender.py")), url, platform]
    senders = [subprocess.Popen(command) for _n in range(options.workers)]  # noqa: S603  (our own command)
    ended = [sender.wait() for sender in senders]
    if any(ended):
        raise RuntimeError("a bare sender failed")
    return rate(ids, started)


def ours(bindings: list[Binding], options: argparse.Namespace) -> float:
    """The product. Its workers run already; beat wakes them when the posts are due."""
    due = clock.now() + AHEAD
    return rate(post(bindings, options.posts, lambda _n: due), due)


def lateness(bindings: list[Binding], posts: int, per_second: int) -> list[float]:
    """Seconds from the due time to the receipt, of posts that fall due evenly."""
    first = clock.now() + AHEAD
    ids = post(bindings, posts, lambda n: first + timedelta(seconds=n / per_second))
    all_sent(ids)
    return [(at - due).total_seconds() for due, at in Delivery.objects.filter(pk__in=ids).values_list("due_at", "receipt__at")]


def measure(stack: ExitStack, options: argparse.Namespace) -> None:
    """Everything, with one platform."""
    port, folder = free(), stack.enter_context(tempfile.TemporaryDirectory())
    platform = f"http://127.0.0.1:{port}"
    there = stack.enter_context(running(["manage.py", "fake_platform", "--port", str(port), "--data", folder]))
    until(lambda: answers(platform), "the fake platform")
    settings.FAKE_PLATFORM_URL = platform  # as the machine's operator sets it: loopback is allowed
    bindings = rooms(platform)
    if options.profile:
        profile(bindings, options.posts)
        return
    bare(bindings, platform, options)  # the first of both is not counted: imports, connections
    beat = ["-m", "celery", "-A", "groupops", "beat", "--pidfile="]
    logs = stack.enter_context(running([*WORKER, str(options.workers)], beat, GROUPOPS_FAKE_PLATFORM_URL=platform))
    ready(logs / "0.log")
    ours(bindings, options)
    roots = {"ours": _pids(logs), "PostgreSQL": [pid] if (pid := postmaster()) else [], "platform": _pids(there)}
    ticking(roots)
    pairs = [_pair(bindings, platform, options, roots) for _run in range(options.runs)]
    floors, rates = zip(*pairs, strict=True)
    ratio = median([mine / low for low, mine in pairs])
    print(f"{options.workers} workers: {median(rates):.0f} sends/s, bare {median(floors):.0f}, ratio {ratio:.2f}")
    late = lateness(bindings, options.rate * 20, options.rate)
    print(f"{options.rate} a second falling due for 20 s: late p50 {percentile(late, 50):.2f} s, p99 {percentile(late, 99):.2f} s")


def ticking(roots: dict[str, list[int]]) -> None:
    """What all processes take while nothing is due, ticks and the polling of the channels' events."""
    before = _seconds(roots)
    time.sleep(IDLE)
    each = {name: (now - before[name]) / IDLE * 1e3 for name, now in _seconds(roots).items()}
    print(f"nothing due: CPU ms a second: {', '.join(f'{name} {value:.0f}' for name, value in each.items())}")


def _pair(bindings: list[Binding], platform: str, options: argparse.Namespace, roots: dict[str, list[int]]) -> tuple[float, float]:
    """One run of both: sends a second, and on the line the milliseconds of CPU that a send of ours took, by whom."""
    low = bare(bindings, platform, options)
    before = _seconds(roots)
    mine = ours(bindings, options)
    each = {name: (now - before[name]) / options.posts * 1e3 for name, now in _seconds(roots).items()}
    cost = ", ".join(f"{name} {value:.1f}" for name, value in each.items())
    total = f"{sum(each.values()):.1f} ({cost})"
    print(f"bare {low:5.0f}/s   ours {mine:5.0f}/s   ratio {mine / low:.2f}   CPU ms a send: {total}; load {os.getloadavg()[0]:.1f}")
    return low, mine


def _seconds(roots: dict[str, list[int]]) -> dict[str, float]:
    return {name: sum(map(tree_seconds, pids)) for name, pids in roots.items()}


def _pids(folder: Path) -> list[int]:
    return [int(file.read_text()) for file in folder.glob("*.pid")]


def main() -> None:
    """Measure in a database that is made for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--profile", action="store_true")
    with own_database(), ExitStack() as stack:
        measure(stack, parser.parse_args())


if __name__ == "__main__":
    main()
