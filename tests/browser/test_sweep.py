"""潜水清理 in a real browser: two silent ones are asked; one keeps the seat by the link, the other is removed after a review."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.models import User
from groupops.messaging import tasks as messaging_tasks
from groupops.messaging.models import Delivery
from groupops.shared import clock
from members import tasks
from members.models import Membership, SweepCase
from tests.browser import looks
from tests.factories import accounts, messaging
from tests.factories.sweep import DAY, heard, ruled, silent

pytestmark = pytest.mark.django_db(transaction=True)


def test_asked_kept_by_the_link_removed_after_review(log_in: Callable[[User], None], visit: Callable[[str], Page]) -> None:
    running, now = messaging.platform(), clock.now()
    room = messaging.bound(running)
    group = ruled(heard(room.group, until=now), mode="remove")
    for name in ("song", "li"):
        row = silent(group, joined_at=now - 300 * DAY, last_spoke_at=now - 120 * DAY, person__remote_id=name, person__name=name)
        running.join(room.remote_id, name, row.person.name)
    log_in(accounts.operator(name="林晓"))

    page = visit(reverse("members:sweep"))
    page.locator("main form[action$='/start'] select").select_option(label=group.name)
    page.locator("main form[action$='/start'] button[type=submit]").click()
    for name in ("song", "li"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    looks.check(page)
    page.locator("form[action$='/ask'] button").click()
    page.wait_for_load_state()
    messaging_tasks.deliver()
    assert set(SweepCase.objects.values_list("state", flat=True)) == {"asked"}

    words = Delivery.objects.get(user="song").text
    page = visit("/p/keep/" + words.split("/p/keep/")[1].split("/")[0] + "/")
    looks.check_everywhere(page)
    page.locator("main button[value=keep]").click()
    expect(page.locator("main button[value=keep]")).to_have_count(0)
    assert Membership.objects.get(person__remote_id="song").kept_at is not None

    SweepCase.objects.filter(state="asked").update(grace_until=now - timedelta(hours=1))
    tasks.sweep()
    page = visit(reverse("members:sweep-review"))
    expect(page.locator("tr[id^=case-]")).to_have_count(1)
    looks.check(page)
    page.locator("tr[id^=case-]").click()
    page.keyboard.press("r")
    expect(page.locator("tr[id^=case-]")).to_have_count(0)
    messaging_tasks.deliver()
    assert dict(SweepCase.objects.values_list("membership__person__name", "state")) == {"song": "kept", "li": "removed"}
    there = running.room_for(room.remote_id, messaging.ACCOUNT).members
    assert ("song" in there, "li" in there) == (True, False)
    looks.check(visit(reverse("members:sweep")))
