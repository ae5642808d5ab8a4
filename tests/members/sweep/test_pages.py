"""The sweep's pages, the page of the link, the API, Today, and the drawn reference."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from groupops.groups.models import Group
from groupops.messaging.models import Delivery
from groupops.shared import clock
from members.models import Colleague, Leave, Membership, SweepCase, SweepRun
from members.sweep import queries
from members.sweep.today import source
from members.sweeping import CaseState
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW
from tests.factories.messaging import BindingFactory
from tests.factories.sweep import DAY, SweepCaseFactory, SweepRunFactory, heard, ruled, silent

pytestmark = pytest.mark.django_db


def logged_in(user: object = None) -> Client:
    """A browser of an operator."""
    client = Client()
    client.force_login(user or operator())  # type: ignore[arg-type]
    return client


def quiet_group(**rule: object) -> tuple[Group, Membership]:
    """A group that was heard up to now, with somebody silent."""
    now = clock.now()
    group = ruled(heard(BindingFactory().group, until=now), **({"mode": "remove"} | rule))
    return group, silent(group, joined_at=now - 300 * DAY, last_spoke_at=now - 120 * DAY)


def test_look_ask_keep() -> None:
    group, row = quiet_group()
    client = logged_in()
    answer = client.post(reverse("members:sweep-start"), {"group": group.pk}, follow=True)
    assert row.person.name in answer.content.decode()
    run = SweepRun.objects.get()
    csv = b"".join(client.get(reverse("members:sweep-export", args=[run.pk])).streaming_content).decode()  # type: ignore[attr-defined]
    assert (row.person.name in csv, "120" in csv) == (True, True)
    client.post(reverse("members:sweep-ask", args=[run.pk]))
    case = SweepCase.objects.get()
    url = reverse("portal:keep", args=[queries.link_of(case)])
    assert url in Delivery.objects.get().text
    member = Client()
    page = member.get(url)
    assert (page.status_code, group.name in page.content.decode()) == (200, True)
    row.refresh_from_db()
    assert row.kept_at is None
    for _twice in range(2):
        assert member.post(url, {"do": "keep"}).status_code == 302
    case.refresh_from_db()
    assert case.state == CaseState.KEPT
    assert "kept" in member.get(url, headers={"Cookie": "language=en"}).content.decode()


def test_the_page_of_the_link_takes_a_leave_and_refuses_what_cannot_be() -> None:
    case = SweepCaseFactory(state=CaseState.ASKED)
    url, member = reverse("portal:keep", args=[queries.link_of(case)]), Client()
    assert member.post(url, {"do": "away", "until": "1999-01-01"}).status_code == 422
    assert not Leave.objects.exists()
    until = (clock.now() + 20 * DAY).date()
    assert member.post(url, {"do": "away", "until": until.isoformat(), "reason": "出差"}).status_code == 302
    leave = Leave.objects.get()
    assert (leave.reason, leave.by, leave.until.astimezone(NOW.tzinfo).date()) == ("出差", None, until)
    Membership.objects.update(left_at=clock.now())
    assert member.post(url, {"do": "keep"}).status_code == 409
    assert member.get(reverse("portal:keep", args=["nonsense"])).status_code == 404
    SweepCase.objects.update(key="another")
    assert member.get(url).status_code == 404


def test_review_many_with_why_and_undo() -> None:
    group = ruled(BindingFactory().group, mode="remove")
    run = SweepRunFactory(group=group)
    cases = [SweepCaseFactory(run=run, state=CaseState.IN_REVIEW) for _n in range(2)]
    client = logged_in()
    page = client.get(reverse("members:sweep-review")).content.decode()
    assert all(case.membership.person.name in page for case in cases)
    assert client.post(reverse("members:sweep-act"), {"do": "spare", "pk": [cases[0].pk]}).status_code == 422
    client.post(reverse("members:sweep-act"), {"do": "approve", "pk": [case.pk for case in cases]})
    assert set(SweepCase.objects.values_list("state", flat=True)) == {CaseState.REMOVING}
    page = client.get(reverse("members:sweep-review")).content.decode()
    [undo] = {part.split('"')[0] for part in page.split("undo:")[1:]} or {part for part in page.split('"') if "/sweep/undo/" in part}
    client.post(undo)
    assert set(SweepCase.objects.values_list("state", flat=True)) == {CaseState.SPARED}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}


def test_seat_leave_and_colleague() -> None:
    row = SweepCaseFactory().membership
    by = operator()
    client = logged_in(by)
    seat = reverse("members:seat", args=[row.person_id])
    assert client.get(seat).status_code == 200
    until = (clock.now() + 10 * DAY).date().isoformat()
    assert client.post(reverse("members:leave", args=[row.pk]), {f"m{row.pk}-until": "x"}).status_code == 422
    client.post(reverse("members:leave", args=[row.pk]), {f"m{row.pk}-until": until})
    assert Leave.objects.get().by == by
    client.post(reverse("members:leave-end", args=[row.pk]))
    assert Leave.objects.get().ended_at is not None
    client.post(reverse("members:colleague", args=[row.person_id]), {"user": by.pk})
    assert Colleague.objects.get().user == by
    client.post(reverse("members:colleague", args=[row.person_id]), {"user": ""})
    assert not Colleague.objects.exists()


def test_today_says_what_waits() -> None:
    case = SweepCaseFactory(state=CaseState.IN_REVIEW, state_at=NOW - 5 * DAY)
    SweepCaseFactory(run=case.run, state=CaseState.APPROVED)
    SweepCaseFactory(state=CaseState.UNASKED)
    SweepCaseFactory(state=CaseState.REMOVED, wanted_back_at=NOW)
    found = source(operator(), NOW)
    assert [item.kind for item in found] == ["sweep"] * 4
    assert found[0].urgent
    assert source(viewer(), NOW) == []


def test_over_the_api() -> None:
    group, row = quiet_group()
    client = logged_in()
    made = client.post("/api/v1/sweep-runs/", {"group": group.pk}, content_type="application/json")
    assert (made.status_code, made.json()["silent"]) == (201, 1)
    run = made.json()["id"]
    assert client.post(f"/api/v1/sweep-runs/{run}/ask/").json() == {"asked": 1}
    [case] = client.get(f"/api/v1/sweep-cases/?run={run}&state=asking").json()["results"]
    assert case["member"] == row.pk
    answer = client.post("/api/v1/sweep-cases/act/", {"ids": [case["id"]], "do": "spare", "why": "好人"}, content_type="application/json")
    assert answer.json() == {"done": [case["id"]], "skipped": []}
    refused = client.post("/api/v1/sweep-cases/act/", {"ids": [case["id"]], "do": "approve"}, content_type="application/json")
    assert refused.json()["done"] == []
    until = (clock.now() + 9 * DAY).isoformat()
    leave = client.post("/api/v1/leaves/", {"member": row.pk, "until": until}, content_type="application/json")
    assert leave.status_code == 201
    assert client.post(f"/api/v1/leaves/{leave.json()['id']}/end/").json()["ended_at"]


def test_the_reference_is_drawn_from_the_code() -> None:
    call_command("sweep_reference", "--check")


def test_a_blocked_run_says_why() -> None:
    run = SweepRunFactory(blocked="gap", gap_from=NOW.date() - timedelta(days=40), gap_to=NOW.date())
    page = logged_in().get(reverse("members:sweep-run", args=[run.pk])).content.decode()
    assert "2026-10-13" in page


def test_a_colleague_is_named_over_the_api() -> None:
    """By who gives posts in a group of theirs; without a user they are none of us."""
    row, by = SweepCaseFactory().membership, operator()
    body = {"person": row.person_id, "user": by.pk}
    assert logged_in(viewer()).post("/api/v1/colleagues/", body, content_type="application/json").status_code == 403
    client = logged_in(by)
    made = client.post("/api/v1/colleagues/", body, content_type="application/json")
    assert (made.status_code, made.json()["user"]) == (201, by.pk)
    assert client.get("/api/v1/colleagues/").json()["count"] == "1"
    gone = client.post("/api/v1/colleagues/", body | {"user": None}, content_type="application/json")
    assert (gone.status_code, Colleague.objects.count()) == (204, 0)
