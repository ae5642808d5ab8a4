"""Server time of the pages at a large installation: `python bench/pages.py [--groups 500 --members 500 --messages 1000000]`.

Prints per page p50, p95, the CPU of a request (ours and PostgreSQL's process for us) and the number of queries. PostgreSQL only
(DATABASE_URL). The time is a whole request through every middleware, without the network: what a worker thread is busy for.
"""

# ruff: noqa: I001  (measuring sets Django up before its models are imported)
import argparse
import logging
import time
from collections.abc import Callable

from measuring import own_database, percentile, speed, spent

from django.db import connection as database
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from crowd import crowd
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.shared import clock
from members.models import Person

# name of the address -> what its arguments are taken from, in turn; a name that does not exist is left out and said.
PAGES: dict[str, str] = {
    "today": "",
    "content:calendar": "",
    "content:all-posts": "",
    "content:coverage-overview": "",
    "content:schedules": "",
    "groups:list": "",
    "groups:detail": "group",
    "content:posts": "group",
    "members:roster": "",
    "members:profile": "person",
    "members:questions": "",
    "inbound:messages": "group",
    "messaging:deliveries": "",
    "record:audit": "",
    "system": "",
}
GOAL = 100.0  # milliseconds of p95
WIDTH = 44  # of a page's name


def main() -> None:
    """Make the installation, then ask each page in turn."""
    options = options_of(__doc__ or "", messages=1_000_000)
    logging.disable(logging.WARNING)
    with own_database():
        began = time.perf_counter()
        crowd(groups=options.groups, members=options.members, messages=options.messages, at=clock.now())
        print(f"{options.groups} groups, {options.groups * options.members:,} members, {options.messages:,} messages", end="")
        print(f"; made in {time.perf_counter() - began:.0f} s; {speed()}\n")
        client = Client(HTTP_HOST="localhost")
        client.force_login(User.objects.get(username="bench"))
        print(f"{'page':{WIDTH}} {'p50 ms':>8} {'p95 ms':>8} {'ours':>8} {'server':>8} {'queries':>8}")
        for name, source in PAGES.items():
            if not options.only or name in options.only.split(","):
                measure(client, name, lambda name=name, source=source: _addresses(name, source, options.runs), options)  # type: ignore[misc]
        print(f"\n{speed()}")


def options_of(told: str, *, messages: int) -> argparse.Namespace:
    """The size of the installation and what is asked of it."""
    parser = argparse.ArgumentParser(description=told, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, default=500)
    parser.add_argument("--members", type=int, default=500, help="of each group")
    parser.add_argument("--messages", type=int, default=messages)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--only", help="names of pages, with commas between")
    parser.add_argument("--slow", type=float, metavar="MS", help="print the statements that took longer")
    return parser.parse_args()


def measure(client: Client, name: str, addresses_of: Callable[[], list[str]], options: argparse.Namespace) -> None:
    """Ask each address once, and print a line: p50, p95, CPU of both sides, queries of the last."""
    try:
        addresses = addresses_of()
    except NoReverseMatch:
        print(f"{name:{WIDTH}} is no address")
        return
    ask(client, addresses[0])  # templates are compiled, the connection is open
    took: list[float] = []
    cost = spent(lambda: took.extend(ask(client, address) for address in addresses))
    with CaptureQueriesContext(database) as captured:
        ask(client, addresses[-1])
    p95 = percentile(took, 95)
    ours, server = (1000 * seconds / len(addresses) for seconds in (cost.ours, cost.server))
    above = "" if p95 <= GOAL else f"   above {GOAL}"
    print(f"{name:{WIDTH}} {percentile(took, 50):8.1f} {p95:8.1f} {ours:8.1f} {server:8.1f} {len(captured):8}{above}", flush=True)
    for query in captured.captured_queries:
        if options.slow is not None and float(query["time"]) * 1000 > options.slow:
            print(f"    {float(query['time']) * 1000:.0f} ms {query['sql'][:1500]}")


def _addresses(name: str, source: str, runs: int) -> list[str]:
    if not source:
        return [reverse(name)] * runs
    return [reverse(name, args=[pk]) for pk in given({"group": Group, "person": Person}[source], runs)]


def given(model: type[Model], runs: int) -> list[int]:
    """Numbers of rows from all over a table."""
    every = max(model._default_manager.count() // runs, 1)
    found = list(model._default_manager.order_by("pk").values_list("pk", flat=True)[::every])
    return [found[number % len(found)] for number in range(runs)]


def ask(client: Client, address: str) -> float:
    """Milliseconds of one request."""
    began = time.perf_counter()
    answer = client.get(address)
    b"".join(answer) if answer.streaming else answer.content
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
