"""Sources: what a new installation starts with, and what the database keeps."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from members.models import Source
from members.sources import queries, services
from members.sourcing import Channel
from tests.factories.accounts import operator, volunteer
from tests.factories.groups import NOW
from tests.factories.members import MembershipFactory

pytestmark = pytest.mark.both_databases


@pytest.mark.django_db
def test_a_new_installation_starts_with_the_lines_of_the_seed() -> None:
    found = list(Source.objects.values_list("channel", flat=True))
    assert [found.count(channel) for channel in (Channel.TEAM, Channel.USERS, Channel.TECH, Channel.SOCIAL)] == [3, 3, 3, 3]


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{"name": "产品的早期用户"}, {"name": "新的", "channel": "moon"}])
def test_no_name_twice_and_no_unknown_heading(given: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.create(**given)


@pytest.mark.django_db
def test_a_source_that_members_came_from_cannot_be_deleted() -> None:
    source = Source.objects.earliest("position")
    MembershipFactory(source=source)
    with pytest.raises(ProtectedError):
        source.delete()


@pytest.mark.django_db
def test_where_members_came_from_is_noted_by_hand_and_taken_back() -> None:
    row, source, by = MembershipFactory(), Source.objects.earliest("position"), operator()
    changed = services.came_from(pks=[row.pk], source=source, by=by, at=NOW)
    assert changed == [(row.pk, None)]
    assert services.came_from(pks=[row.pk], source=source, by=by, at=NOW) == []
    assert services.came_from(pks=[row.pk], source=None, by=volunteer(), at=NOW) == []
    assert services.take_back(was=changed, by=by, at=NOW) == 1
    row.refresh_from_db()
    assert row.source is None


@pytest.mark.django_db
def test_who_stays_is_judged_after_thirty_days() -> None:
    source = Source.objects.earliest("position")
    group = MembershipFactory(source=source).group  # nine days ago
    for days, left in [(40, None), (40, 35), (40, 5), (31, None)]:
        began = NOW - timedelta(days=days)
        MembershipFactory(group=group, source=source, joined_at=began, left_at=NOW - timedelta(days=left) if left else None)
    assert queries.came(operator(), NOW) == {source.pk: queries.Came(joined=5, judged=4, stayed=3)}


@pytest.mark.django_db
def test_the_list_is_extended_and_archived(client: Client) -> None:
    client.force_login(operator())
    url = reverse("members:source-new")
    assert client.post(url, {"name": "播客", "channel": "other"}).status_code == 302
    assert client.post(url, {"name": "播客", "channel": "other"}).status_code == 409
    row = Source.objects.get(name="播客")
    client.post(reverse("members:source-archive", args=[row.pk, "archived"]))
    assert "播客" not in client.get(reverse("members:sources")).content.decode().split("</main>")[0].replace("toast", "")
    assert "播客" in client.get(reverse("members:sources") + "?archived=1").content.decode()


@pytest.mark.django_db
def test_the_roster_is_filtered_by_source_and_sets_it_for_many(client: Client) -> None:
    """One source, those of whom nobody knows, and the control below the list, which comes back to the filtered list."""
    source = Source.objects.earliest("position")
    known, unknown = MembershipFactory(source=source), MembershipFactory()
    client.force_login(operator())
    roster = reverse("members:roster")
    page = client.get(roster, {"source": source.pk})
    assert [row.pk for row in page.context["page"].rows] == [known.pk]
    assert reverse("members:source-assign") in page.content.decode()
    assert [row.pk for row in client.get(roster, {"source": "unknown"}).context["page"].rows] == [unknown.pk]
    back = f"{roster}?source=unknown"
    answer = client.post(reverse("members:source-assign"), {"pk": [unknown.pk], "source": source.pk, "next": back})
    assert answer["Location"] == back
    unknown.refresh_from_db()
    assert unknown.source_id == source.pk
    assert client.get("/api/v1/members/", {"source": source.pk}).json()["count"] == "2"
