"""违规待审 by keyboard in a real browser: judged, taken back, and who comes second is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.models import User
from groupops.shared import clock
from moderation import services as moderation
from moderation.detection.training import train
from moderation.learning import tasks as learning
from moderation.models import Case, LearnedModel, Learning, Measure, Strike
from moderation.policy import CaseState, Verdict
from moderation.policy.learning import ModelState
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.members import MembershipFactory
from tests.factories.moderation import CaseFactory, DecisionFactory, LearnedModelFactory
from tests.moderation.detection.test_model import EXAMPLES

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
    expect(page.locator(f"#case-{first.pk}")).to_have_class("is-current")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator(".toast-item", has_text="小周")).to_have_count(1)
    expect(page.locator(f"#case-{second.pk}")).to_have_count(0)
    assert Case.objects.get(pk=second.pk).state == CaseState.CLEAN
    page.locator("[data-bulk-target=all]").check()
    page.locator(".card-footer [value=mistake]").click()
    expect(page.locator(f"#case-{third.pk}")).to_have_count(0)
    assert Case.objects.filter(state=CaseState.MISTAKEN).count() == 2


def test_the_next_case_is_current_before_the_answer(log_in: Callable[[User], None], visit: Callable[[str], Page]) -> None:
    now = clock.now()
    cases = [CaseFactory(opened_at=now, state_at=now) for _n in range(27)]
    log_in(accounts.operator(name="林晓"))
    page = visit(reverse("moderation:queue"))
    expect(page.locator("#queue-counts [aria-current]")).to_contain_text("27")
    page.locator("#id_note").fill("发过三次")
    page.locator("h1").click()
    for _n in range(3):  # faster than any answer: each goes to a case of its own
        page.keyboard.press("c")
    expect(page.locator("tr[id^=case-]")).to_have_count(22)
    assert set(Case.objects.exclude(state=CaseState.OPEN).values_list("pk", flat=True)) == {case.pk for case in cases[:3]}
    assert [case.decisions.get().note for case in cases[:3]] == ["发过三次", "", ""]
    expect(page.locator("#queue-counts [aria-current]")).to_contain_text("24")
    page.keyboard.press("t")
    expect(page.locator(f"#case-{cases[3].pk} [value^=release]")).to_have_count(1)
    expect(page.locator(f"#case-{cases[3].pk}")).to_have_class("is-current")
    for _n in range(22):
        page.keyboard.press("x")
    expect(page.locator("tr[id^=case-]")).to_have_count(2)
    expect(page.locator(f"#case-{cases[25].pk}")).to_have_class("is-current")


def test_a_model_is_learned_now_and_gone_back_from(log_in: Callable[[User], None], visit: Callable[[str], Page]) -> None:
    group, now = GroupFactory(name="读书群"), clock.now()
    member = MembershipFactory(group=group)
    for each in EXAMPLES:
        state = CaseState.PUNISHED if each.offence else CaseState.CLEAN
        case = CaseFactory(membership=member, state=state, state_at=now, said=each.text)
        DecisionFactory(case=case, verdict="punish" if each.offence else "clean", at=now)
    LearnedModelFactory(group=group, at=now - timedelta(days=1), weights=train(EXAMPLES).save())
    log_in(accounts.operator(name="林晓"))
    page = visit(reverse("moderation:models"))
    page.get_by_role("link", name="读书群").click()
    page.locator(f"form[action$='{group.pk}/learn/'] button").click()
    expect(page.locator("[hx-get*=poll]")).to_have_count(1)
    learning.learn_now(Learning.objects.get().pk)
    expect(page.locator("#versions tbody tr")).to_have_count(2)
    expect(page.locator("[hx-get*=poll]")).to_have_count(0)
    assert LearnedModel.objects.get(version=2).state == ModelState.CURRENT
    page.locator(f"form[action$='{group.pk}/1/'] button").click()
    expect(page.locator(f"form[action$='{group.pk}/2/'] button")).to_have_count(1)
    assert LearnedModel.objects.get(version=1).state == ModelState.CURRENT
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= 390")
