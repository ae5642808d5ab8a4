"""A chat export is brought in by a browser: its people are members afterwards."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.models import User
from members.models import Membership
from members.tasks import carry_imports
from tests.browser import looks
from tests.factories import accounts
from tests.factories.messaging import BindingFactory
from tests.shared_data import shared

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_chat_export_becomes_members(log_in: Callable[[User], None], visit: Callable[[str], Page]) -> None:
    log_in(accounts.operator(name="林晓"))
    group = BindingFactory().group
    page = visit(reverse("members:imports") + f"?group={group.pk}")
    looks.check(page)
    page.locator("#import-chat input[type=file]").set_input_files(shared("data/chat-exports/chatlab_v0.0.2.json"))
    page.locator("#import-chat button[type=submit]").click()
    expect(page.get_by_text("ChatLab").first).to_be_visible()
    assert not Membership.objects.exists()
    looks.check(page)
    page.locator("form[action$='/apply'] button").click()
    expect(page.locator("progress").first).to_be_visible()
    carry_imports()
    expect(page.locator("form[action$='/apply']")).to_have_count(0)
    page.locator(f"a[href$='?group={group.pk}']").first.click()
    people = set(Membership.objects.filter(group=group).values_list("person__name", flat=True))
    assert people
    for name in people:
        expect(page.get_by_text(name, exact=True).first).to_be_visible()


def test_a_pasted_list_is_compared_decided_and_taken_over(log_in: Callable[[User], None], visit: Callable[[str], Page]) -> None:
    log_in(accounts.operator(name="林晓"))
    group = BindingFactory().group
    page = visit(reverse("members:imports") + f"?group={group.pk}")
    page.locator("#import-table textarea").fill("昵称\n小明\n小红\n小明")
    page.locator("#import-table button[type=submit]").click()
    page.locator("a[href='?verdict=conflict']").click()
    page.locator("select[name=decision]").select_option("new")
    page.locator("form[action$='/decide'] button").click()
    looks.check(page)
    page.locator("form[action$='/apply'] button").click()
    expect(page.locator("progress").first).to_be_visible()
    carry_imports()
    expect(page.locator("form[action$='/undo']")).to_have_count(1)
    assert Membership.objects.filter(group=group).count() == 3
