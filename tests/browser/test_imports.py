"""A chat export is brought in by a browser: its people are members afterwards."""

import json
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.models import User
from groupops.shared import clock
from members.models import Membership
from members.tasks import carry_imports, judge_tiers
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


def history(days: int) -> dict[str, object]:
    """A ChatLab export of so many days up to now: one speaks every day, one every tenth, one spoke on the first days and no more."""
    now = int(clock.now().timestamp()) // 86400 * 86400
    said = [
        {"sender": f"wxid_{name}", "accountName": name, "timestamp": now - ago * 86400 + n * 60, "type": 0, "content": f"第 {ago} 天"}
        for ago in range(days, 0, -1)
        for n, (name, speaks) in enumerate((("天天", True), ("偶尔", ago % 10 == 0), ("很久", ago > days - 5)))
        if speaks
    ]
    meta = {"name": "老群", "platform": "wechat", "type": "group", "groupId": "1@chatroom"}
    people = [{"platformId": f"wxid_{name}", "accountName": name} for name in ("天天", "偶尔", "很久")]
    rows = [{"platformMessageId": f"m{n}", **row} for n, row in enumerate(said)]
    return {"chatlab": {"version": "0.0.2", "exportedAt": now}, "meta": meta, "members": people, "messages": rows}


def test_an_imported_history_gives_tiers_and_the_silent(log_in: Callable[[User], None], visit: Callable[[str], Page]) -> None:
    """Import, members, tiers after the night, and the preview of the sweep lists exactly who has been silent."""
    log_in(accounts.operator(name="林晓"))
    group = BindingFactory().group
    page = visit(reverse("members:imports") + f"?group={group.pk}")
    content = json.dumps(history(120), ensure_ascii=False).encode()
    page.locator("#import-chat input[type=file]").set_input_files({"name": "a.json", "mimeType": "application/json", "buffer": content})
    page.locator("#import-chat button[type=submit]").click()
    page.locator("form[action$='/apply'] button").click()
    expect(page.locator("progress").first).to_be_visible()
    carry_imports()
    judge_tiers()
    page = visit(reverse("members:roster") + f"?group={group.pk}")
    for name, tier in (("天天", "核心"), ("偶尔", "普通"), ("很久", "潜水")):
        expect(page.get_by_role("row").filter(has_text=name)).to_contain_text(tier)
    page = visit(reverse("members:tiers") + f"?group={group.pk}")
    page.locator("td a[href^='/members/sweep/']").click()
    page.locator("main form[action$='/start'] select").select_option(label=group.name)
    page.locator("main form[action$='/start'] button[type=submit]").click()
    expect(page.locator("tr[id^=case-]")).to_have_count(1)
    expect(page.locator("tr[id^=case-]")).to_contain_text("很久")
    looks.check(page)
