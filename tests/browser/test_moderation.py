"""违规待审 by keyboard in a real browser: judged, taken back, and who comes second is told."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.models import User
from groupops.shared import clock
from moderation import services as moderation
from moderation.models import Case, Measure, Strike
from moderation.policy import CaseState, Verdict
from tests.factories import accounts
from tests.factories.moderation import CaseFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_queue_is_worked_off_by_keys(log_in: Callable[[User], None], visit: Callable[[str], Page]) -> None:
    now = clock.now()
    first, second, third = (CaseFactory(opened_at=now, state_at=now) for _n in range(3))
    log_in(accounts.operator(name="林晓"))
    page = visit(reverse("moderation:queue"))
    expect(page.locator(f"#case-{first.pk} mark, #case-{first.pk} blockquote").first).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(f"#case-{first.pk}")).to_have_count(0)
    assert Case.objects.get(pk=first.pk).state == CaseState.PUNISHED
    page.keyboard.press("z")
    expect(page.locator(f"#case-{first.pk}")).to_have_count(1)
    assert Strike.objects.filter(overruled_at=None).count() == 0
    assert set(Measure.objects.values_list("state", flat=True)) == {"cancelled"}
    moderation.decide(case=second, verdict=Verdict.CLEAN, by=accounts.operator(name="小周"), at=clock.now())
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator(".toast-item", has_text="小周")).to_have_count(1)
    assert Case.objects.get(pk=second.pk).state == CaseState.CLEAN
    page.locator("[data-bulk-target=all]").check()
    page.locator(".card-footer [value=mistake]").click()
    expect(page.locator(f"#case-{third.pk}")).to_have_count(0)
    assert Case.objects.filter(state=CaseState.MISTAKEN).count() == 2
