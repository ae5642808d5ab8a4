"""新人看板 by keyboard in a real browser, the page of the rules on a phone: usable, clean for axe, without sideways scroll."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.models import User
from groupops.groups.models import RuleSet
from groupops.shared import clock
from members.models import Greeting, Newcomer, RulesAcknowledgement
from members.newcomers import addresses
from members.newcomers import services as newcomers
from tests.browser import looks
from tests.factories import accounts
from tests.factories.members import MembershipFactory, NewcomerFactory
from tests.factories.messaging import BindingFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rows() -> list[Newcomer]:
    """Three newcomers of a group with rules: of today, of four days, of ten."""
    group, now = BindingFactory().group, clock.now()
    RuleSet.objects.create(group=group, version=1, text="欢迎加入{{group}}！\n首次违规：群内提醒", at=now)
    found: list[Newcomer] = []
    for name, days in (("小宋", 0), ("小王", 4), ("小李", 10)):
        joined = now - timedelta(days=days, minutes=5)
        member = MembershipFactory(person__name=name, group=group, joined_at=joined)
        row: Newcomer = NewcomerFactory(membership=member, first_spoke_at=joined + timedelta(minutes=1), answer_due_at=joined)
        found.append(row)
    newcomers.make_lists(at=now)
    return found


def test_a_board_is_worked_off_by_keys(log_in: Callable[[User], None], rows: list[Newcomer], visit: Callable[[str], Page]) -> None:
    log_in(accounts.operator(name="林晓"))
    page = visit(reverse("members:newcomers"))
    first = page.locator(f"#newcomer-{rows[0].pk}")
    page.keyboard.press("g")
    page.wait_for_load_state()
    expect(first.locator("[data-key=g]")).to_have_count(0)
    assert Greeting.objects.get().membership == rows[0].membership
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_load_state()
    expect(page.locator(f"#newcomer-{rows[1].pk} [data-key=a]")).to_have_count(0)
    assert Newcomer.objects.get(pk=rows[1].pk).answered_how == "staff"
    page.keyboard.press("z")
    expect(page.locator(f"#newcomer-{rows[1].pk} [data-key=a]")).to_have_count(1)
    page.locator("[data-bulk-target=all]").check()
    page.locator(".bulk-bar [value=introduced]").click()
    page.wait_for_load_state()
    expect(page.locator("[data-key=i]")).to_have_count(0)
    assert Newcomer.objects.filter(introduced_at=None).count() == 0


def test_a_member_reads_the_rules_on_a_phone(rows: list[Newcomer], visit: Callable[[str], Page]) -> None:
    member = rows[0].membership
    page = visit("/" + addresses.rules_url(member.pk).split("/", 3)[3])
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("main button[type=submit]").click()
    expect(page.locator("main button[type=submit]")).to_have_count(0)
    assert RulesAcknowledgement.objects.get().membership == member


def test_the_looks(log_in: Callable[[User], None], rows: list[Newcomer], visit: Callable[[str], Page]) -> None:
    """Board, welcome, funnel, buddy, the members' pages: axe, themes, languages, 390 pixels."""
    log_in(accounts.operator())
    group = rows[0].group
    for path in (
        reverse("members:newcomers"),
        reverse("members:newcomers") + "?q=nobody",
        reverse("members:welcome") + f"?group={group.pk}",
        reverse("members:newcomers-funnel"),
        reverse("members:newcomer-buddy", args=[rows[0].pk]),
        "/" + addresses.home_url(group.pk).split("/", 3)[3],
        "/" + addresses.rules_url(rows[0].membership_id).split("/", 3)[3],
    ):
        looks.check_everywhere(visit(path))
