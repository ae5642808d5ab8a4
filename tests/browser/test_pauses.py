"""Stopping everything by hand in a real browser: two clicks from any page, the banner, and going on."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.messaging import delivery as engine
from groupops.messaging import services as messaging
from groupops.messaging import targets
from groupops.messaging.models import Binding, Delivery, Pause
from groupops.messaging.policy import DeliveryState, Sort
from groupops.shared import clock
from tests.browser import looks
from tests.factories import accounts
from tests.factories import messaging as factories
from tests.messaging import purpose

pytestmark = pytest.mark.django_db(transaction=True)
S = DeliveryState


@pytest.fixture
def by(settings: Settings, log_in: Callable[[User], None]) -> User:
    """An operator, logged in."""
    settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
    user = accounts.operator(name="林晓")
    log_in(user)
    return user


@pytest.fixture
def row(by: User) -> Delivery:
    """Something due, in an open room."""
    binding = factories.bound(factories.platform())
    made: Delivery = factories.DeliveryFactory(group=binding.group, connection=binding.connection)
    return made


def state(row: Delivery) -> str:
    """As it stands in the database, after a worker's run."""
    engine.run(now=clock.now)
    return Delivery.objects.get(pk=row.pk).state


def test_everything_is_stopped_from_any_page_and_goes_on(row: Delivery, visit: Callable[[str], Page]) -> None:
    """The button of the top bar, the form, the banner with who and why, the three ways on."""
    page = visit(reverse("today"))
    page.locator(f"header a[href='{reverse('messaging:pause-all')}']").click()
    page.locator("#id_reason").fill("平台异常")
    page.locator("main form button.btn-danger").click()
    banner = page.locator("main .note-warning").first
    expect(banner).to_contain_text("平台异常")
    expect(banner).to_contain_text("林晓")
    assert state(row) == S.DUE
    page = visit(reverse("groups:list"))
    page.locator(f"main a[href='{reverse('messaging:resume-all')}']").click()
    expect(page.locator("input[name=afterwards]")).to_have_count(3)
    page.locator("main form button.btn-primary").click()
    expect(page.locator("main .note-warning")).to_have_count(0)
    assert state(row) == S.SENT


def test_a_pause_is_taken_back_by_its_toast(row: Delivery, visit: Callable[[str], Page]) -> None:
    """One click."""
    page = visit(reverse("messaging:pause-group", args=[row.group_id]))
    page.locator("main form button.btn-danger").click()
    expect(page.locator("main .note-warning")).to_be_visible()
    page.locator("#toasts [data-undo]").first.click()
    expect(page.locator("#toasts [data-undo]")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert not Pause.objects.exists()


def test_the_pages_keep_the_floors(row: Delivery, by: User, visit: Callable[[str], Page]) -> None:
    """Forms, list and banners, on a desk and a phone, light and dark; the doubted room, too."""
    addresses = [reverse("messaging:pauses"), reverse("messaging:pause-all"), reverse("messaging:pause-group", args=[row.group_id])]
    for address in addresses:
        looks.check_everywhere(visit(address))
    for place in (None, row.connection, row.group):
        messaging.pause(place=place, sorts=[Sort.SPEAKING], reason="平台异常，等厂商回复", by=by, at=clock.now())
    Binding.objects.update(mismatch=targets.OTHER_NAME)
    for name, args in (
        ("pauses", []),
        ("resume-all", []),
        ("resume", [row.connection_id]),
        ("connection", [row.connection_id]),
        ("resume-group", [row.group_id]),
        ("bind", [row.group_id]),
    ):
        looks.check_everywhere(visit(reverse(f"messaging:{name}", args=args)))
    looks.check_everywhere(visit(reverse("groups:detail", args=[row.group_id])))


def test_the_palette_knows_it(by: User, visit: Callable[[str], Page]) -> None:
    """As an action."""
    page = visit(f"{reverse('palette')}?q=")
    expect(page.locator(f"a[href='{reverse('messaging:pause-all')}']").first).to_be_attached()
