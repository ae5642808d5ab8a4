"""Who came by a code: said once by whoever may, the source follows where nobody knew it, taken back."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from groupops.record.models import AuditEntry
from groupops.shared import clock
from members.joining import arrivals, waiting
from members.models import CodeArrival, Source
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear, joined
from tests.factories.joining import JoinCodeFactory
from tests.factories.members import MembershipFactory
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_said_once_and_the_source_follows_where_nobody_knew() -> None:
    """Strangers to the code's groups are left; a known source stays; taken back all is as before. The platform may say it too."""
    article, other = Source.objects.create(name="文章"), Source.objects.create(name="朋友")
    one = MembershipFactory()
    two, stranger = MembershipFactory(group=one.group, source=other), MembershipFactory()
    code, by = JoinCodeFactory(groups=[one.group], source=article), operator()
    pks = [one.pk, two.pk, stranger.pk]
    assert arrivals.arrive(code=code, pks=pks, by=viewer(), at=NOW) == []
    assert arrivals.arrive(code=code, pks=pks, by=by, at=NOW) == [one.pk, two.pk]
    assert arrivals.arrive(code=code, pks=pks, by=by, at=NOW) == []
    assert AuditEntry.objects.filter(verb="code.arrived").count() == 1
    for row, source in ((one, article), (two, other), (stranger, None)):
        row.refresh_from_db()
        assert row.source == source
    assert arrivals.came(code) == 2
    assert arrivals.take_back(code=code, pks=pks, by=by, at=NOW) == 2
    for row, source in ((one, None), (two, other)):
        row.refresh_from_db()
        assert row.source == source
    assert arrivals.arrive(code=code, pks=[one.pk], by=None, at=NOW) == [one.pk]


def test_the_platform_says_it_without_a_click() -> None:
    """Who waited in a code's line under the account that joins; who comes into a group of one code alone, unless somebody invited them."""
    room = BindingFactory()
    alone, other = JoinCodeFactory(groups=[room.group], alone=True), BindingFactory()
    waited = JoinCodeFactory(groups=[other.group])
    place = waiting.wait(code=waited, name="阿丽", contact=" Alice ", at=NOW)
    hear(room, joined(room.remote_id, "bob"), joined(room.remote_id, "carol", operator="bob"), happened(room.remote_id, "dora"))
    hear(other, joined(other.remote_id, "alice"), joined(other.remote_id, "eve"))
    found: set[tuple[str, int, int | None]] = set(CodeArrival.objects.values_list("membership__person__remote_id", "code", "by"))
    assert found == {
        ("bob", alone.pk, None),
        ("alice", waited.pk, None),
    }
    place.refresh_from_db()
    assert place.state == "joined"
    JoinCodeFactory(groups=[room.group])
    hear(room, joined(room.remote_id, "fred"))
    assert CodeArrival.objects.count() == 2, "two codes lead there: nobody knows which"


def test_a_membership_came_by_one_code() -> None:
    row = MembershipFactory()
    code = JoinCodeFactory(groups=[row.group])
    CodeArrival.objects.create(membership=row, code=code, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeArrival.objects.create(membership=row, code=JoinCodeFactory(groups=[row.group]), at=NOW)


def test_the_page_proposes_who_came_lately() -> None:
    """Ticked, noted, taken back; the API does the same."""
    row = MembershipFactory(joined_at=clock.now())
    MembershipFactory(group=row.group, joined_at=NOW.replace(year=2020))
    code, client = JoinCodeFactory(groups=[row.group]), Client()
    client.force_login(operator())
    url = reverse("members:code-came", args=[code.pk])
    assert [one.pk for one in client.get(url).context["page"].rows] == [row.pk]
    answer = client.post(url, {"pk": [row.pk]}, follow=True)
    assert not answer.context["page"].rows
    [undoing] = [word for word in answer.content.decode().split('"') if "/came/undo/" in word][:1]
    client.post(undoing)
    assert not CodeArrival.objects.exists()
    made = client.post(f"/api/v1/join-codes/{code.pk}/arrived/", {"members": [row.pk]}, content_type="application/json")
    assert made.json() == {"done": [row.pk]}
