"""A recorded room: tiers and last words equal a computation from the file alone."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from members.models import Membership
from members.tiers import nights
from tests.factories.messaging import BindingFactory
from tests.shared_data import shared

ZONE = ZoneInfo("Asia/Shanghai")
MOST = 3_000  # lines: the first year and a half of the room


@pytest.mark.django_db
@pytest.mark.both_databases
def test_tiers_and_last_words_are_those_of_the_file(tmp_path: Path) -> None:
    lines = shared("data", "replay", "gitter_room.jsonl").read_text().splitlines()[:MOST]
    part = tmp_path / "part.jsonl"
    part.write_text("\n".join(lines) + "\n")
    room = BindingFactory()
    call_command("replay", str(part), connection=room.connection.name, group=str(room.group_id))
    told = [json.loads(line) for line in lines]
    end = max(datetime.fromisoformat(one["t"]) for one in told)
    day = end.astimezone(ZONE).date() - timedelta(days=1)
    nights.judge(at=end)
    expected = _from_the_file([one for one in told if one["kind"] == "message"], day)
    found = {
        row.person.remote_id: (row.tier, row.last_spoke_at) for row in Membership.objects.filter(group=room.group).select_related("person")
    }
    assert {user: last for user, (_tier, last) in found.items()} == {user: last for user, (_tier, last) in expected.items()}
    # Replies depend on how a client writes a mention: those who have none in the window are judged by messages alone.
    answered = set(
        Membership.objects.filter(group=room.group, activity__replies__gt=0, activity__day__gt=day - timedelta(days=30)).values_list(
            "person__remote_id", flat=True
        )
    )
    assert {user: tier for user, (tier, _last) in found.items() if user not in answered} == {
        user: tier for user, (tier, _last) in expected.items() if user not in answered
    }
    tiers = Counter(tier for tier, _last in expected.values())
    assert min(tiers["ordinary"], tiers["lurker"]) > 5


def _from_the_file(said: list[dict[str, str]], day: date) -> dict[str, tuple[str, datetime]]:
    days: defaultdict[str, Counter[date]] = defaultdict(Counter)
    last: dict[str, datetime] = {}
    first: dict[str, date] = {}
    for one in said:
        at = datetime.fromisoformat(one["t"])
        local = at.astimezone(ZONE).date()
        days[one["user"]][local] += 1
        last[one["user"]] = max(at, last.get(one["user"], at))
        first[one["user"]] = min(local, first.get(one["user"], local))
    found = {}
    for user, counts in days.items():
        window = [n for when, n in counts.items() if day - timedelta(days=29) <= when <= day]
        score = sum(10 + min(n, 10) for n in window)
        tier = "core" if score >= 250 else "active" if score >= 70 else "ordinary" if score >= 1 else "lurker"
        unheard = tier == "lurker" and (day - first[user]).days + 1 < 14
        found[user] = ("" if unheard else tier, last[user])
    return found
