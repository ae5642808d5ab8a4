"""Server time of the members' lists and profiles: `python bench/members_pages.py [--groups 500 --members 500 --messages 5000000]`.

The crowd of bench/pages.py with newcomers, tags, sources, segments and changes of tiers. Each list with its filters, its first page and one
far behind; profiles of people all over the crowd. Prints as bench/pages.py does. PostgreSQL only (DATABASE_URL).
"""

# ruff: noqa: I001  (measuring sets Django up before its models are imported)
import logging
import re
import time
from collections.abc import Callable
from datetime import datetime

from measuring import own_database

from django.db import connection as database
from django.test import Client
from django.urls import reverse

from crowd import crowd
from groupops.accounts.models import User
from groupops.shared import clock
from members.models import Person, Segment, Source, Tag
from pages import WIDTH, given, measure, options_of

NEWCOMERS = """
INSERT INTO members_newcomer (membership_id, group_id, joined_at, first_spoke_at, answered_how, lists)
SELECT m.id, m.group_id, m.joined_at, CASE WHEN m.id %% 3 = 0 THEN m.joined_at + interval '2 hours' END, '', 0
FROM members_membership m WHERE m.join_seen AND m.joined_at > %(at)s - interval '90 days'
"""
TAGGED = """
INSERT INTO members_membershiptag (membership_id, tag_id, at)
SELECT m.id, t.id, %(at)s FROM members_membership m JOIN members_tag t ON (m.id + t.id) %% 10 < 2
"""
CHANGES = """
INSERT INTO members_tierchange (membership_id, group_id, day, at, was, tier, score, why, note)
SELECT m.id, m.group_id, (%(at)s - n * interval '9 days')::date, %(at)s - n * interval '9 days', 'ordinary', 'active', 20, 'rose', ''
FROM members_membership m CROSS JOIN generate_series(1, 2) n
"""
SOURCED = "UPDATE members_membership SET source_id = (SELECT min(id) FROM members_source) + id %% 4 WHERE id %% 3 <> 0"
GONE = "UPDATE members_membership SET left_at = %(at)s - interval '1 day', left_how = 'left' WHERE id %% 25 = 0"
ROSTER: tuple[str, ...] = (
    "",
    "tier=core",
    "tier=unknown",
    "source={source}",
    "source=unknown",
    "present=yes&spoke=week",
    "present=yes&spoke=month",
    "present=yes&spoke=quarter",
    "present=yes&spoke=zero",
    "present=yes&spoke=unknown",
    "present=no",
    "present=yes&joined=week",
    "tag={tag}",
    "tag={tag}&tier=core&spoke=week&source={source}",
    "q=群友1234",
    "q=nobody-of-this-name",
    "group={group}&present=yes",
    "group={group}&spoke=zero",
)


def main() -> None:
    """Make the installation, then ask each page in turn."""
    options = options_of(__doc__ or "", messages=5_000_000)
    logging.disable(logging.WARNING)
    with own_database():
        began, at = time.perf_counter(), clock.now()
        crowd(groups=options.groups, members=options.members, messages=options.messages, at=at)
        founder = User.objects.get(username="bench")
        names = _more(founder, at)
        print(f"{options.groups} groups, {options.groups * options.members:,} members, {options.messages:,} messages", end="")
        print(f"; made in {time.perf_counter() - began:.0f} s\n")
        client = Client(HTTP_HOST="localhost")
        client.force_login(founder)
        print(f"{'page':{WIDTH}} {'p50 ms':>8} {'p95 ms':>8} {'ours':>8} {'server':>8} {'queries':>8}")
        for name, addresses in _pages(client, names, options.runs):
            if not options.only or options.only in name:
                measure(client, name, addresses, options)


def _more(founder: User, at: datetime) -> dict[str, int]:
    """What the crowd lacks; the numbers that filters name."""
    values = {"at": at}
    tags = Tag.objects.bulk_create(Tag(name=f"标签{n}", created_at=at, created_by=founder) for n in range(10))
    for n in range(4):
        Source.objects.create(name=f"bench {n}")
    source = Source.objects.get(name="bench 0").pk
    segment = Segment.objects.create(
        owner=founder, name="沉默", query={"present": "yes", "spoke": "month", "tag": tags[0].pk}, created_at=at
    )
    with database.cursor() as cursor:
        for statement in (NEWCOMERS, TAGGED, CHANGES, SOURCED.replace("SELECT min(id) FROM members_source", f"SELECT {source}"), GONE):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT min(id) FROM groups_group WHERE NOT sandbox")
        group = int(cursor.fetchone()[0])
    return {"tag": tags[0].pk, "source": source, "group": group, "segment": segment.pk}


def _pages(client: Client, names: dict[str, int], runs: int) -> list[tuple[str, Callable[[], list[str]]]]:
    roster, board = reverse("members:roster"), reverse("members:newcomers")
    segment = Segment.objects.get(pk=names["segment"])
    found: list[tuple[str, Callable[[], list[str]]]] = []
    for query in ROSTER:
        filled = query.format(**names)
        found.append((f"roster {query}", lambda filled=filled: [f"{roster}?{filled}"] * runs))  # type: ignore[misc]
    saved = "&".join(f"{key}={value}" for key, value in segment.query.items())
    return [
        *found,
        ("roster, the tenth page", lambda: [_behind(client, roster, 9)] * runs),
        ("saved view", lambda: [f"{roster}?{saved}"] * runs),
        ("count of a segment", lambda: [reverse("members:segment-count", args=[segment.pk])] * runs),
        ("segments", lambda: [reverse("members:segments")] * runs),
        ("profile", lambda: [reverse("members:profile", args=[pk]) for pk in given(Person, runs)]),
        ("newcomers", lambda: [board] * runs),
        ("newcomers of a group", lambda: [f"{board}?group={names['group']}"] * runs),
        ("newcomers, first days", lambda: [f"{board}?stage=week1"] * runs),
        ("newcomers, the funnel", lambda: [reverse("members:newcomers-funnel")] * runs),
        ("tiers", lambda: [reverse("members:tiers")] * runs),
        ("questions", lambda: [reverse("members:questions")] * runs),
        ("invited", lambda: [reverse("members:invite-tree")] * runs),
        ("sweep", lambda: [reverse("members:sweep")] * runs),
        ("API roster", lambda: ["/api/v1/members/?spoke=month&tier=core"] * runs),
    ]


def _behind(client: Client, address: str, pages: int) -> str:
    """The address of a page that many links further."""
    for _n in range(pages):
        link = re.search(r'\?([^"]*after=[^"]+)"', client.get(address).content.decode())
        if link is None:
            return address
        address = f"{address.partition('?')[0]}?{link[1].replace('&amp;', '&')}"
    return address


if __name__ == "__main__":
    main()
