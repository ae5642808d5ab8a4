"""The question desk by keyboard in a real browser, and the duty roster: usable, clean for axe, without sideways scroll."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from groupops.accounts.models import User
from groupops.shared import clock
from members.models import Question
from tests.browser import looks
from tests.factories import accounts
from tests.factories.groups import StaffPostFactory
from tests.factories.members import MembershipFactory, QuestionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by(log_in: Callable[[User], None], context: BrowserContext) -> User:
    """An operator, logged in, whose browser lets pages read the clipboard."""
    user = accounts.operator(name="林晓")
    log_in(user)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return user


@pytest.fixture
def rows() -> list[Question]:
    """Three questions in one group, the first the longest waiting."""
    member = MembershipFactory(person__name="小周")
    now = clock.now()
    return [
        QuestionFactory(membership=member, asked_at=now - timedelta(hours=9 - n), text=f"请问第{word}步怎么做？")
        for n, word in enumerate("一二三")
    ]


def fresh(row: Question) -> Question:
    """As it is kept now."""
    return Question.objects.select_related("taken_by").get(pk=row.pk)


def test_a_desk_is_worked_off_by_keys(by: User, rows: list[Question], visit: Callable[[str], Page]) -> None:
    page = visit(reverse("members:questions"))
    page.keyboard.press("c")
    expect(page.get_by_text("已复制").first).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@小周 ")
    page.keyboard.press("t")
    page.wait_for_load_state()
    expect(page.locator(f"#question-{rows[0].pk} [value='put_back:{rows[0].pk}']")).to_be_visible()
    assert fresh(rows[0]).taken_by == by
    page.keyboard.press("a")
    expect(page.locator(f"#question-{rows[0].pk}")).to_have_count(0)
    assert fresh(rows[0]).how == "staff"
    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(page.locator(f"#question-{rows[2].pk}")).to_have_count(0)
    assert fresh(rows[2]).how == "misjudged"
    page.keyboard.press("z")  # the undo of the last action
    expect(page.locator(f"#question-{rows[2].pk}")).to_be_visible()
    assert fresh(rows[2]).state == "open"
    page.keyboard.press("o")
    page.wait_for_url(f"**{reverse('inbound:message', args=[rows[1].event_id])}")


def test_many_at_once(by: User, rows: list[Question], visit: Callable[[str], Page]) -> None:
    page = visit(reverse("members:questions"))
    page.locator("[data-bulk-target=all]").check()
    page.locator(".bulk-bar [value=answered]").click()
    expect(page.locator("[id^=question-]")).to_have_count(0)
    assert {fresh(row).how for row in rows} == {"staff"}


def test_the_looks(by: User, rows: list[Question], visit: Callable[[str], Page]) -> None:
    """Desk, roster and coverage: axe, themes, languages, 390 pixels."""
    group = rows[0].group
    StaffPostFactory(group=group, user=by)
    for path in (
        reverse("members:questions"),
        reverse("groups:roster", args=[group.pk]),
        reverse("content:coverage", args=[group.pk]),
        reverse("content:coverage-overview"),
    ):
        looks.check_everywhere(visit(path))


def test_putting_oneself_on_duty_without_a_mouse(by: User, rows: list[Question], visit: Callable[[str], Page]) -> None:
    group = rows[0].group
    StaffPostFactory(group=group, user=by)
    page = visit(reverse("groups:roster", args=[group.pk]))
    page.locator("#roster-add select").select_option(label="林晓")
    page.locator("#roster-add [name=windows][value=evening]").check()
    page.locator("#roster-add button[type=submit]").press("Enter")
    expect(page.locator(".week-grid td.is-staffed")).to_have_count(10)
    page.keyboard.press("z")
    expect(page.locator(".week-grid td.is-staffed")).to_have_count(0)
