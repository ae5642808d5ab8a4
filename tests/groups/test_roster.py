"""值守表: who may stand on it, who is on duty when, and that every change is on record and can be taken back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from groupops.groups import queries
from groupops.groups import services as groups
from groupops.groups.models import RosterShift
from groupops.groups.services import RosterRefused
from groupops.record.models import AuditEntry
from tests.factories.accounts import UserFactory, operator
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
WORKDAYS = 0b0011111


def test_only_staff_of_the_group_stand_on_the_roster() -> None:
    group = GroupFactory()
    with pytest.raises(RosterRefused) as refused:
        groups.put_on_duty(group=group, user=UserFactory(), weekdays=1, hours=[(8, 9)], by=None, at=NOW)
    assert refused.value.field == "user"
    assert not RosterShift.objects.exists()


def test_who_is_on_duty() -> None:
    held = StaffPostFactory()
    groups.put_on_duty(group=held.group, user=held.user, weekdays=WORKDAYS, hours=[(8, 9), (19, 21)], by=None, at=NOW)
    assert queries.on_duty(held.group, MONDAY) == [held.user]
    assert queries.on_duty(held.group, MONDAY + timedelta(hours=1)) == []
    assert queries.on_duty(held.group, MONDAY + timedelta(hours=11)) == [held.user]
    assert queries.on_duty(held.group, MONDAY - timedelta(days=1)) == []
    assert queries.on_duty(held.group, NOW - timedelta(days=7)) == [], "nobody stood on it then"
    abroad = StaffPostFactory(group=GroupFactory(zone="America/New_York"), user=held.user)
    groups.put_on_duty(group=abroad.group, user=held.user, weekdays=WORKDAYS, hours=[(8, 9)], by=None, at=NOW)
    assert queries.on_duty_in([held.group, abroad.group], MONDAY) == {held.group.pk: [held.user], abroad.group.pk: []}
    assert queries.on_duty(abroad.group, MONDAY + timedelta(hours=13)) == [held.user]


def test_whoever_leaves_the_staff_is_on_duty_no_more() -> None:
    held = StaffPostFactory()
    groups.put_on_duty(group=held.group, user=held.user, weekdays=127, hours=[(0, 24)], by=None, at=NOW)
    groups.end_post(post=held, by=None, at=MONDAY)
    assert queries.on_duty(held.group, MONDAY + timedelta(hours=1)) == []
    assert not queries.roster(held.group)


def test_the_same_shift_stands_once() -> None:
    held = StaffPostFactory()
    given = {"group": held.group, "user": held.user, "weekdays": 1, "by": None, "at": NOW}
    assert len(groups.put_on_duty(**given, hours=[(8, 9), (8, 9)])) == 1
    assert len(groups.put_on_duty(**given, hours=[(8, 9), (12, 13)])) == 1
    with pytest.raises(RosterRefused):
        groups.put_on_duty(**given, hours=[(12, 13)])
    for bad in ({"start": 9, "end": 9}, {"start": 8, "end": 25}, {"weekdays": 0}, {"weekdays": 128}, {}):
        row = {"weekdays": 1, "start": 8, "end": 9} | bad
        with pytest.raises(IntegrityError), transaction.atomic():
            RosterShift.objects.create(group=held.group, user=held.user, since=NOW, **row)


def test_taking_off_and_back_again() -> None:
    held, by = StaffPostFactory(), operator()
    rows = groups.put_on_duty(group=held.group, user=held.user, weekdays=127, hours=[(8, 9)], by=by, at=NOW)
    pks = [row.pk for row in rows]
    assert groups.take_off_duty(group=GroupFactory(), shifts=pks, by=by, at=NOW) == [], "another group's are left alone"
    assert groups.take_off_duty(group=held.group, shifts=pks, by=by, at=NOW) == pks
    assert groups.take_off_duty(group=held.group, shifts=pks, by=by, at=NOW) == []
    assert groups.put_back_on_duty(group=held.group, shifts=pks, by=by, at=NOW) == pks
    groups.take_off_duty(group=held.group, shifts=pks, by=by, at=NOW)
    groups.put_on_duty(group=held.group, user=held.user, weekdays=127, hours=[(8, 9)], by=by, at=NOW)
    assert groups.put_back_on_duty(group=held.group, shifts=pks, by=by, at=NOW) == [], "its like stands already"
    verbs = AuditEntry.objects.filter(group_id=held.group.pk, verb__startswith="roster").values_list("verb", flat=True)
    assert sorted(verbs) == ["roster.add", "roster.add", "roster.end", "roster.end", "roster.restore"]


def test_the_page_puts_people_on_and_offers_the_way_back() -> None:
    held, client = StaffPostFactory(), Client()
    client.force_login(operator())
    url = reverse("groups:roster", args=[held.group.pk])
    add = reverse("groups:roster-add", args=[held.group.pk])
    form = {"user": held.user.pk, "weekdays": ["0", "1"], "windows": ["morning", "evening"], "start": "22", "end": "24"}
    page = client.post(add, form, follow=True).content.decode()
    assert list(RosterShift.objects.order_by("start").values_list("start", "end", "weekdays")) == [(8, 9, 3), (19, 21, 3), (22, 24, 3)]
    assert str(held.user) in page
    undo = re.search(r'"(/groups/\d+/roster/undo/[^"]+)"', page)
    assert undo
    client.post(undo[1])
    assert not RosterShift.objects.filter(until=None).exists()
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"windows": []}, {"weekdays": []}, {"start": "9"}, {"start": "9", "end": "9"}, {"user": "0"}, {"weekdays": ["9"]}]
)
def test_a_rejected_form_says_so(wrong: dict[str, object]) -> None:
    held, client = StaffPostFactory(), Client()
    client.force_login(operator())
    form = {"user": held.user.pk, "weekdays": ["0"], "windows": ["morning"]} | wrong
    assert client.post(reverse("groups:roster-add", args=[held.group.pk]), form).status_code == 422
    assert not RosterShift.objects.exists()
