"""Two ladders on the fake platform, by people in a real browser: each act once, each explained, one removal appealed and given back."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.models import User
from groupops.inbound import tasks as inbound_tasks
from groupops.messaging import tasks as messaging_tasks
from groupops.messaging.fake_platform.platform import Platform
from groupops.shared import clock
from members.models import DailyActivity, Membership
from moderation.models import Appeal, Strike
from moderation.policy import Offence
from tests.browser import looks
from tests.factories import accounts, messaging
from tests.factories.moderation import ADVERT, RuleFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOISE = "砍一刀砍一刀"


class Days:
    """The doors' clock and the platform's: ours to move."""

    def __init__(self, running: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead, real = timedelta(), clock.now
        monkeypatch.setattr(clock, "now", lambda: real() + self.ahead)
        running.now = clock.now

    def go_by(self, **span: float) -> None:
        """So much later everything that waits has happened, however often the bells ring."""
        self.ahead += timedelta(**span)
        for _twice in range(2):
            inbound_tasks.fetch()
            inbound_tasks.process()
            messaging_tasks.deliver()


def done_to(running: Platform, user: str) -> Counter[str]:
    """What our account did about somebody, as the platform counts it."""
    facts = [fact for fact in running.history if messaging.ACCOUNT in (fact.get("by"), fact.get("user"))]
    return Counter(fact["type"] for fact in facts if user in (fact.get("to"), fact.get("user")))


def told(running: Platform, user: str) -> list[str]:
    """What was said to somebody privately."""
    return [fact["text"] for fact in running.history if fact["type"] == "whisper" and fact["to"] == user]


def test_two_ladders_an_appeal_and_everything_comes_back(
    log_in: Callable[[User], None], visit: Callable[[str], Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = messaging.platform()
    room, days = messaging.bound(running).remote_id, Days(running, monkeypatch)
    RuleFactory()
    RuleFactory(offence=Offence.NOISE, settings={"words": ["砍一刀"]}, explanation="群里不发拼团链接")
    for user, name in (("song", "宋书豪"), ("li", "李雷")):
        running.join(room, user, name)
    days.go_by(seconds=1)  # the first look begins at the present
    for _day in range(3):
        running.say(room, "song", ADVERT)
        running.say(room, "li", NOISE)
        days.go_by(seconds=2)
        days.go_by(hours=25)
    assert done_to(running, "song") == {"recalled": 2, "muted": 1, "whisper": 2}
    assert done_to(running, "li") == {"whisper": 1}
    [reminder] = [fact["text"] for fact in running.history if fact["type"] == "message" and fact["user"] == messaging.ACCOUNT]
    assert "李雷" in reminder
    assert "砍" not in reminder

    log_in(accounts.operator(name="林晓"))
    page = visit(reverse("moderation:queue"))
    expect(page.locator("tr[id^=case-]")).to_have_count(2)
    expect(page.locator("tr[id^=case-]", has_text="移出群聊")).to_have_count(2)
    looks.check_everywhere(page)
    for left in (1, 0):
        page.keyboard.press("p")
        expect(page.locator("tr[id^=case-]")).to_have_count(left)
    days.go_by(seconds=40)
    assert done_to(running, "song") == {"recalled": 3, "muted": 1, "whisper": 3, "left": 1}
    assert done_to(running, "li") == {"whisper": 2, "left": 1}
    assert all("/p/appeal/" in text and "日赚" not in text and "砍" not in text for text in [*told(running, "song"), *told(running, "li")])
    assert Membership.objects.exclude(left_at=None).count() == 2

    page = visit("/p/appeal/" + told(running, "song")[-1].split("/p/appeal/")[1].split("/")[0] + "/")
    looks.check_everywhere(page)
    page.locator("textarea").fill("那是我自己写的课程总结，不是广告")
    page.locator("main button[type=submit]").click()
    expect(page.locator("textarea")).to_have_count(0)
    page = visit(reverse("moderation:appeals"))
    expect(page.locator("button[value=uphold]")).to_have_count(0)
    log_in(accounts.operator(name="小周"))
    page = visit(reverse("moderation:appeals"))
    looks.check_everywhere(page)
    page.locator("button[value=uphold]").click()
    expect(page.locator("button[value=uphold]")).to_have_count(0)
    days.go_by(seconds=2)
    strike = Strike.objects.get(appeal=Appeal.objects.get())
    assert (strike.overruled_by.name if strike.overruled_by else "") == "小周"
    assert DailyActivity.objects.get(membership=strike.membership).messages == 1
    running.join(room, "song", "宋书豪")
    days.go_by(seconds=2)
    assert Membership.objects.get(pk=strike.membership_id).left_at is None
    assert done_to(running, "song")["left"] == 1
