"""From the key on one case to its answer: `python bench/judging.py [--cases 5000] [--runs 200]`.

An installation with that many open cases in twenty groups. The page makes the next case current as the key is pressed, sends the act, and
asks for more cases when the last one on it is judged. Prints p50 and p95 of the acts, and of asking for the next 25 cases, against the
floor of 100 ms. PostgreSQL only (DATABASE_URL).
"""

# ruff: noqa: I001  (measuring sets Django up before its models are imported)
import argparse
import logging
import statistics
import time

from measuring import own_database

from django.db import connection
from django.test import Client
from django.urls import reverse

from crowd import crowd
from groupops.accounts.models import User
from groupops.shared import clock
from members.models import Membership
from moderation.models import Case, Evidence
from moderation.policy import Offence, Source

FLOOR = 100.0  # ms
ON_A_PAGE = 25


def main() -> None:
    """Make the cases, then judge some of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with own_database():
        crowd(groups=20, members=500, messages=20_000, at=clock.now())
        _cases(options.cases)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum does
        acts, lists = _judged(options.runs)
        print(f"{options.cases:,} open cases, {options.runs} judged: {_figures(acts)}; the next {ON_A_PAGE}: {_figures(lists)}")


def _figures(took: list[float]) -> str:
    p95 = sorted(took)[int(len(took) * 0.95)]
    return f"p50 {statistics.median(took):.0f} ms, p95 {p95:.0f} ms, {p95 / FLOOR:.2f} of the floor"


def _cases(count: int) -> None:
    at = clock.now()
    members = list(Membership.objects.order_by("pk").values_list("pk", "group")[:count])
    rows = [
        Case(
            membership_id=pk, group_id=group, offence=Offence.ADVERT, source=Source.RULE, key=f"bench:{pk}", state_at=at, opened_at=at,
            standing={"strikes": 0, "days": 30},
        )
        for pk, group in members
    ]  # fmt: skip
    made = Case.objects.bulk_create(rows)
    text = "兼职打字员招人，日结三百，加微信 jz1866aa"
    said = [Evidence(case=case, event_id=case.pk, offence=case.offence, text=text, at=at, day=at.date()) for case in made]
    Evidence.objects.bulk_create(said)


def _judged(runs: int) -> tuple[list[float], list[float]]:
    client, url, acts, lists = Client(HTTP_HOST="localhost", headers={"HX-Request": "true"}), reverse("moderation:queue"), [], []
    client.force_login(User.objects.get(username="bench"))
    client.get(url)
    for n, case in enumerate(Case.objects.order_by("rank", "opened_at", "pk")[:runs]):
        began = time.perf_counter()
        answer = client.post(reverse("moderation:act"), {"do": f"punish:{case.pk}:{case.version}"})
        acts.append(1000 * (time.perf_counter() - began))
        assert answer.headers["HX-Reswap"] == "delete", answer.content[:300]  # noqa: S101
        if n % ON_A_PAGE == 0:
            began = time.perf_counter()
            assert client.get(url).status_code == 200  # noqa: S101
            lists.append(1000 * (time.perf_counter() - began))
    return acts, lists


if __name__ == "__main__":
    main()
