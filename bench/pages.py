"""Server time of the pages at a large installation: `python bench/pages.py [--groups 500 --members 500 --messages 1000000]`.

Prints per page p50, p95, the CPU of a request (ours and PostgreSQL's process for us) and the number of queries. PostgreSQL only
(DATABASE_URL). The time is a whole request through every middleware, without the network: what a worker thread is busy for.
"""

# ruff: noqa: I001  (measuring sets Django up before its models are imported)
import argparse
import logging
import time
from collections.abc import Callable, Iterator

from measuring import own_database, percentile, spent

from django.db import connection as database
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


def main() -> None:
    """Make the installation, then ask each page in turn."""
    options = _options()
    logging.disable(logging.WARNING)
    with own_database():
        began = time.perf_counter()
        crowd(groups=options.groups, members=options.members, messages=options.messages, at=clock.now())
        print(f"{options.groups} groups, {options.groups * options.members:,} members, {options.messages:,} messages", end="")
        print(f"; made in {time.perf_counter() - began:.0f} s\n")
        client = Client(HTTP_HOST="localhost")
        client.force_login(User.objects.get(username="bench"))
        print(f"{'page':28} {'p50 ms':>8} {'p95 ms':>8} {'ours':>8} {'server':>8} {'queries':>8}")
        for name, source in PAGES.items():
            if not options.only or name in options.only.split(","):
                _measure(client, name, source, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=500)
    parser.add_argument("--members", type=int, default=500, help="of each group")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--only", help="names of addresses, with commas between")
    parser.add_argument("--slow", type=float, metavar="MS", help="print the statements that took longer")
    return parser.parse_args()


def _measure(client: Client, name: str, source: str, options: argparse.Namespace) -> None:
    try:
        addresses = [reverse(name, args=[pk] if pk else []) for pk in _arguments(source, options.runs)]
    except NoReverseMatch:
        print(f"{name:28} is no address")
        return
    _ask(client, addresses[0])  # templates are compiled, the connection is open
    took: list[float] = []
    cost = spent(lambda: took.extend(_ask(client, address) for address in addresses))
    with CaptureQueriesContext(database) as captured:
        _ask(client, addresses[-1])
    p95 = percentile(took, 95)
    ours, server = (1000 * seconds / len(addresses) for seconds in (cost.ours, cost.server))
    above = "" if p95 <= GOAL else f"   above {GOAL}"
    print(f"{name:28} {percentile(took, 50):8.1f} {p95:8.1f} {ours:8.1f} {server:8.1f} {len(captured):8}{above}")
    for query in captured.captured_queries:
        if options.slow is not None and float(query["time"]) * 1000 > options.slow:
            print(f"    {float(query['time']) * 1000:.0f} ms {query['sql'][:1500]}")


def _arguments(source: str, runs: int) -> Iterator[int]:
    rows: dict[str, Callable[[], list[int]]] = {
        "": lambda: [0],
        "group": lambda: list(Group.objects.order_by("pk").values_list("pk", flat=True)[:runs]),
        "person": lambda: list(Person.objects.order_by("pk").values_list("pk", flat=True)[:: max(Person.objects.count() // runs, 1)]),
    }
    found = rows[source]()
    return (found[number % len(found)] for number in range(runs))


def _ask(client: Client, address: str) -> float:
    """Milliseconds of one request."""
    began = time.perf_counter()
    answer = client.get(address)
    b"".join(answer) if answer.streaming else answer.content
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
