"""The pages of the sandbox: opening one, speaking, the trace beside it, the clock, the reset."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from groupops.accounts.models import User
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.shared import clock
from groupops.simulator.models import Sandbox
from groupops.simulator.sandbox import cast, scenes
from groupops.simulator.sandbox import services as sandboxes
from groupops.simulator.sandbox.policy import Deed
from groupops.simulator.sandbox.services import Act
from tests.factories import accounts
from tests.factories.sandbox import opened

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def by() -> User:
    """An operator."""
    return accounts.operator()


@pytest.fixture
def client(by: User) -> Client:
    """Logged in."""
    client = Client()
    client.force_login(by)
    return client


@pytest.fixture
def sandbox(by: User) -> Sandbox:
    """A fresh one, at the present."""
    return opened(by, at=clock.now())


def at(name: str, sandbox: Sandbox) -> str:
    """The address of one of its pages."""
    return reverse(f"sandbox:{name}", args=[sandbox.pk])


def messages(sandbox: Sandbox) -> list[str]:
    """What its members have said."""
    rows = StoredEvent.objects.filter(group__sandbox_of=sandbox, kind=EventKind.MESSAGE, own=False)
    return list(rows.order_by("pk").values_list("text", flat=True))


def test_from_nothing_to_a_room(client: Client) -> None:
    """The list offers to open one; whoever has one is led into it."""
    assert reverse("sandbox:create") in client.get(reverse("sandbox:list")).content.decode()
    made = client.post(reverse("sandbox:create"), {"name": "试验田", "kind": "tech"})
    sandbox = Sandbox.objects.get()
    assert (made.status_code, made["Location"]) == (302, at("page", sandbox))
    assert client.get(reverse("sandbox:list"))["Location"] == at("page", sandbox)
    assert "试验田" in client.get(reverse("sandbox:list") + "?all=1").content.decode()


@pytest.mark.parametrize("typed", [{}, {"name": "", "kind": "tech"}, {"name": "x", "kind": "none"}, {"name": "字" * 41, "kind": "tech"}])
def test_an_unclear_wish_opens_nothing(client: Client, typed: dict[str, str]) -> None:
    """422."""
    assert (client.post(reverse("sandbox:create"), typed).status_code, Sandbox.objects.count()) == (422, 0)


def test_speaking_shows_the_trace(client: Client, sandbox: Sandbox) -> None:
    """The answer leads to the event; the page shows the steps and what there is because of it."""
    answer = client.post(at("act", sandbox), {"who": "lin", "deed": "say", "text": "大家早"})
    page = client.get(answer["Location"]).content.decode()
    event = StoredEvent.objects.get(text="大家早")
    assert f"event={event.pk}" in answer["Location"]
    assert "who=lin" in answer["Location"]
    assert f'id="event-{event.pk}" aria-current="true"' in " ".join(page.split())
    assert reverse("members:profile", args=[event.person_id]) in page


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"who": "lin", "deed": "say", "text": "  "},
        {"who": "nobody", "deed": "say", "text": "x"},
        {"who": "lin", "deed": "fly", "text": "x"},
        {"who": "lin", "deed": "say", "text": "字" * 2001},
        {"who": "lin", "deed": "recall"},
        {"who": "lin", "deed": "recall", "message": "999999"},
        {"who": "song", "deed": "say", "text": "不在群里"},
        {"who": "lin", "deed": "join"},
    ],
)
def test_what_cannot_be_done_is_said_beside_the_composer(client: Client, sandbox: Sandbox, typed: dict[str, str]) -> None:
    """422, what was typed stays, nothing was said; for htmx the stage alone."""
    page = client.post(at("act", sandbox), typed)
    assert (page.status_code, messages(sandbox)) == (422, [])
    assert "phone-error" in page.content.decode()
    assert escape(typed.get("text", "")) in page.content.decode()
    part = client.post(at("act", sandbox), typed, headers=HTMX)
    assert part.status_code == 422
    assert part.content.lstrip().startswith(b'<div id="sandbox"')


def test_a_double_submit_speaks_once(client: Client, sandbox: Sandbox) -> None:
    """The second gets the first answer."""
    body = {"who": "lin", "deed": "say", "text": "一次", "_once": "abc"}
    first, second = client.post(at("act", sandbox), body), client.post(at("act", sandbox), body)
    assert (first["Location"], messages(sandbox)) == (second["Location"], ["一次"])


def test_a_reply_is_offered_and_quoted(client: Client, sandbox: Sandbox, by: User) -> None:
    """By a link that works without script."""
    event = sandboxes.act(sandbox=sandbox, act=Act(Deed.SAY, cast.CAST[0], "几点？"), by=by, at=clock.now())
    page = client.get(at("page", sandbox) + f"?event={event.pk}&reply={event.pk}").content.decode()
    assert f'name="message" value="{event.pk}"' in " ".join(page.split())
    client.post(at("act", sandbox), {"who": "ma", "deed": "say", "text": "九点", "message": event.pk})
    assert messages(sandbox)[-1].startswith("「林晓彤：几点？」")


def test_a_scene_and_the_clock_tell_what_happened(client: Client, sandbox: Sandbox) -> None:
    """The journal stands in the page that they lead to."""
    played = client.post(at("play", sandbox), {"scene": "checkin", "who": "wu"})
    assert "who=wu" in played["Location"]
    assert client.get(played["Location"]).status_code == 200
    moved = client.post(at("advance", sandbox), {"jump": "slot"})
    page = client.get(moved["Location"]).content.decode()
    assert "sandbox-journal" in page
    assert "sandbox-lines" in page
    assert StoredEvent.objects.filter(own=True, kind=EventKind.MESSAGE).count() == 1


@pytest.mark.parametrize(("name", "typed"), [("play", {"scene": "none"}), ("advance", {"jump": "year"}), ("play", {}), ("advance", {})])
def test_an_unknown_scene_or_jump_moves_nothing(client: Client, sandbox: Sandbox, name: str, typed: dict[str, str]) -> None:
    """422."""
    assert client.post(at(name, sandbox), typed).status_code == 422
    assert Sandbox.objects.get().clock == sandbox.clock


@pytest.mark.parametrize(
    "query",
    ["?event=x", "?event=99999999999999999999", "?who=nobody", "?reply=0", "?since=x", "?since=2026-01-01", "?since=9999-99-99T00:00"],
)
def test_an_address_that_means_nothing_is_the_page(client: Client, sandbox: Sandbox, query: str) -> None:
    """No error, nothing foreign."""
    assert client.get(at("page", sandbox) + query).status_code == 200


def test_an_event_of_another_group_is_not_shown(client: Client, sandbox: Sandbox, by: User) -> None:
    """Not even of another sandbox."""
    other = opened(by, at=clock.now(), name="别的")
    event = sandboxes.act(sandbox=other, act=Act(Deed.SAY, cast.CAST[0], "别处的话"), by=by, at=clock.now())
    assert "别处的话" not in client.get(at("page", sandbox) + f"?event={event.pk}&reply={event.pk}").content.decode()


def test_listening_answers_only_news(client: Client, sandbox: Sandbox, by: User) -> None:
    """204 while nothing happened; else the stage."""
    newest = StoredEvent.objects.order_by("-pk").first()
    assert newest is not None
    assert client.post(at("listen", sandbox) + f"?newest={newest.pk}", headers=HTMX).status_code == 204
    sandboxes.act(sandbox=sandbox, act=Act(Deed.SAY, cast.CAST[0], "新的"), by=by, at=clock.now())
    told = client.post(at("listen", sandbox) + f"?newest={newest.pk}", headers=HTMX)
    assert told.status_code == 200
    assert "新的" in told.content.decode()


def test_a_reset_takes_two_steps(client: Client, sandbox: Sandbox) -> None:
    """The first says what it means, the second does it."""
    assert client.get(at("reset", sandbox)).status_code == 200
    assert Sandbox.objects.get().group_id == sandbox.group_id
    assert client.post(at("reset", sandbox))["Location"] == at("page", sandbox)
    assert Sandbox.objects.get().group_id != sandbox.group_id
    assert client.post(at("close", sandbox)).status_code == 302
    assert client.get(at("page", sandbox)).status_code == 404


def test_the_pages_cost_the_same_however_much_was_said(client: Client, sandbox: Sandbox, by: User) -> None:
    """The room of one line and of thirty; the list of one sandbox and of three."""
    sandboxes.act(sandbox=sandbox, act=Act(Deed.SAY, cast.CAST[0], "一"), by=by, at=clock.now())
    few = _cost(client, at("page", sandbox)), _cost(client, reverse("sandbox:list") + "?all=1")
    for scene in scenes.SCENES:
        sandboxes.play(sandbox=sandbox, scene=scene, by=by, at=clock.now())
    for name in ("二", "三"):
        opened(by, at=clock.now() + timedelta(minutes=1), name=name)
    assert (_cost(client, at("page", sandbox)), _cost(client, reverse("sandbox:list") + "?all=1")) == few


def _cost(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_menu_leads_there_for_those_who_make_groups(client: Client) -> None:
    """Others do not see it."""
    assert reverse("sandbox:list") in client.get("/").content.decode()
    client.force_login(accounts.viewer())
    assert reverse("sandbox:list") not in client.get("/").content.decode()
