"""群活码 in a real browser: a full group sends the next joiner to the second one, then to the line; without script on a phone too."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.shared import clock
from members.invitations import addresses
from members.joining import waiting
from members.models import Campaign, CodeDay, JoinCode, Waiting
from tests.browser import looks
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.inviting import CampaignFactory, InvitationFactory, ProofFactory
from tests.factories.joining import door

pytestmark = pytest.mark.django_db(transaction=True)


def group(name: str) -> Group:
    found = GroupFactory(name=name, lifecycle=Lifecycle.ACTIVE)
    door(found, most=2, steps="进群后改群昵称")
    return found


def fill(one: Group, members: int) -> None:
    Group.objects.filter(pk=one.pk).update(member_count=members)


def test_a_full_group_sends_the_next_joiner_to_the_second_one(log_in: Callable[[User], None], visit: Callable[[str], Page]) -> None:
    """An operator makes the code; guests open it."""
    first, second = group("种子一群"), group("种子二群")
    log_in(accounts.operator())
    page = visit(reverse("members:code-new"))
    page.locator("main [name=name]").fill("知乎文章")
    page.locator("[name=code]").fill("zhihu-1")
    page.locator("[name=group_1]").select_option(label="种子一群")
    page.locator("[name=group_2]").select_option(label="种子二群")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/members/codes/*/")
    expect(page.locator("svg.qr")).to_be_visible()
    code, join = JoinCode.objects.get(), reverse("portal:join", args=["zhihu-1"])
    looks.check_everywhere(page)
    page = visit(join)
    expect(page.locator("h1")).to_have_text("种子一群")
    fill(first, 2)
    page = visit(join)
    expect(page.locator("h1")).to_have_text("种子二群")
    expect(page.locator(f"a[href='https://example.org/{second.pk}']")).to_be_visible()
    looks.check_everywhere(page)
    fill(second, 2)
    page = visit(join)
    page.locator("[name=name]").fill("小周")
    page.locator("[name=contact]").fill("wxid_zhou")
    looks.check(page)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/p/w/*")
    looks.check_everywhere(page)
    fill(second, 1)
    assert waiting.call(at=clock.now()) == 1
    page.reload()
    expect(page.locator("h1")).to_contain_text("种子二群")
    assert CodeDay.objects.get(code=code).opens >= 3
    page = visit(reverse("members:waiting"))
    expect(page.get_by_text("wx***ou")).to_be_visible()
    looks.check_everywhere(page)
    assert Waiting.objects.get().state == "called"


def test_an_invitation_is_taken_without_script_on_a_phone(live_server: object, context: BrowserContext) -> None:
    one = group("种子一群")
    campaign = CampaignFactory(groups=[one], seats=1)
    row = InvitationFactory(campaign=campaign, name="小周")
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False, viewport=looks.PHONE, locale="zh-CN")
    page = plain.new_page()
    page.goto(f"{live_server.url}{reverse('portal:invitation', args=[addresses.link_of(row)])}")  # type: ignore[attr-defined]
    assert Campaign.objects.get().taken == 0
    page.locator("main form button").first.click()
    expect(page.locator(f"a[href='https://example.org/{one.pk}']")).to_be_visible()
    assert Campaign.objects.get().taken == 1
    plain.close()


def test_the_looks(log_in: Callable[[User], None], visit: Callable[[str], Page]) -> None:
    """Campaigns, one of them, proofs, sources, the tree, an invitation: axe, themes, 390 pixels."""
    one = group("种子一群")
    campaign = CampaignFactory(groups=[one], gate="share", gate_text="转发 https://example.org/post", event_name="技术沙龙", benefit="录播")
    row = ProofFactory(invitation=InvitationFactory(campaign=campaign)).invitation
    log_in(accounts.operator())
    for name in ("campaigns", "proofs", "sources", "invite-tree", "codes"):
        looks.check_everywhere(visit(reverse(f"members:{name}")))
    for url in (
        reverse("members:campaign", args=[campaign.pk]),
        reverse("members:campaign-edit", args=[campaign.pk]),
        reverse("members:entrance", args=[one.pk]),
        reverse("portal:invitation", args=[addresses.link_of(row)]),
        reverse("portal:apply", args=[addresses.apply_url(campaign).rsplit("/", 1)[-1]]),
    ):
        looks.check_everywhere(visit(url))
