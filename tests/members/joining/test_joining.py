"""Codes, entrances and the waiting list: what services do, and what the database keeps."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.record.models import Alarm
from groupops.shared.errors import Forbidden, Refused
from members import pictures
from members.entering import CONTACT_KEPT, WaitingState
from members.joining import places, queries, services, today, waiting
from members.models import CodeDay, Entrance, JoinCode, JoinTarget, Picture, Waiting
from tests.factories.accounts import founder, operator, viewer, volunteer
from tests.factories.groups import NOW, GroupFactory
from tests.factories.joining import JoinCodeFactory, WaitingFactory, door, png

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
VALUES: dict[str, Any] = {"link": "", "steps": "", "picture_until": None, "most": None, "shut": False}


def running(**values: Any) -> Group:
    return GroupFactory(lifecycle=Lifecycle.ACTIVE, **values)


def fill(group: Group, members: int) -> None:
    Group.objects.filter(pk=group.pk).update(member_count=members)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (JoinCode, {"code": "Big", "name": "x", "created_at": NOW}),
        (JoinCode, {"code": "a", "name": "x", "created_at": NOW}),
        (Picture, {"mime": "image/svg+xml", "width": 1, "height": 1, "content": b"", "digest": "", "created_at": NOW}),
        (Picture, {"mime": "image/png", "width": 0, "height": 1, "content": b"", "digest": "", "created_at": NOW}),
    ],
)
def test_the_database_refuses(model: Any, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**values)


def test_the_database_keeps_targets_and_places_once() -> None:
    group = running()
    code = JoinCodeFactory(groups=[group])
    row = WaitingFactory(code=code, contact_digest="d")
    for broken in (
        lambda: JoinTarget.objects.create(code=code, group=group, position=2),
        lambda: JoinTarget.objects.create(code=code, group=running(), position=1),
        lambda: WaitingFactory(code=code, contact_digest="d"),
        lambda: WaitingFactory(code=code, state="called"),
        lambda: WaitingFactory(code=code, state="lost"),
        lambda: Entrance.objects.create(group=group, most=0),
        lambda: Entrance.objects.create(group=group, picture_until=NOW),
        lambda: CodeDay.objects.bulk_create([CodeDay(code=code, day=NOW.date()), CodeDay(code=code, day=NOW.date())]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()
    assert Waiting.objects.get() == row


def test_a_code_is_of_groups_one_may_change() -> None:
    mine, other = running(owner=(user := volunteer())), running()
    with pytest.raises(Forbidden):
        services.create_code(code="", groups=[mine, other], name="文章", source=None, pitch="", by=user, at=NOW)
    made = services.create_code(code="", groups=[mine], name="文章", source=None, pitch="", by=user, at=NOW)
    assert len(made.code) == 8
    with pytest.raises(services.CodeTaken):
        services.create_code(code=made.code, groups=[mine], name="视频", source=None, pitch="", by=user, at=NOW)
    services.update_code(code=made, version=1, groups=[mine], name="新", source=None, pitch="", by=user, at=NOW)
    with pytest.raises(services.Outdated):
        services.update_code(code=made, version=1, groups=[mine], name="旧", source=None, pitch="", by=user, at=NOW)
    # A code that leads to a group one does not know is not seen at all.
    both = services.create_code(code="", groups=[mine, other], name="两群", source=None, pitch="", by=operator(), at=NOW)
    assert list(queries.codes_for(user)) == [made]
    assert set(queries.codes_for(viewer())) == {made, both}


def test_an_entrance_keeps_a_picture_for_seven_days() -> None:
    group, by = running(), operator()
    with pytest.raises(pictures.NoPicture):
        services.save_entrance(group=group, version=1, values=VALUES, picture=b"<svg/>", without=False, by=by, at=NOW)
    row = services.save_entrance(group=group, version=1, values=VALUES, picture=png(), without=False, by=by, at=NOW)
    assert row.picture_until == NOW + timedelta(days=7)
    with pytest.raises(services.Outdated):
        services.save_entrance(group=group, version=1, values=VALUES, picture=None, without=False, by=by, at=NOW)
    row = services.save_entrance(group=group, version=2, values=VALUES, picture=None, without=True, by=by, at=NOW)
    assert (row.picture, row.picture_until) == (None, None)


def test_a_picture_that_expires_is_an_alarm_until_it_is_replaced() -> None:
    group, by = running(), founder()
    row = services.save_entrance(group=group, version=1, values=VALUES, picture=png(), without=False, by=by, at=NOW)
    for at, opened in [(NOW, 0), (NOW + timedelta(days=5), 1), (NOW + timedelta(days=5, minutes=1), 0)]:
        assert services.watch_pictures(at=at) == (opened, 0)
    assert [item.kind for item in today.source(by, NOW + timedelta(days=6))] == ["picture"]
    services.save_entrance(
        group=group, version=row.version, values=VALUES, picture=png(9), without=False, by=by, at=NOW + timedelta(days=6)
    )
    assert services.watch_pictures(at=NOW + timedelta(days=6)) == (0, 1)
    assert not Alarm.objects.filter(closed_at=None).exists()


def test_the_line_is_called_in_order_and_into_no_more_places_than_there_are() -> None:
    first, second = running(), running()
    door(first, most=2)
    door(second, most=3)
    fill(first, 2)
    fill(second, 3)
    code = JoinCodeFactory(groups=[first, second])
    line = [waiting.wait(code=code, name=f"n{n}", contact=f"wx-{n}", at=NOW + timedelta(minutes=n)) for n in range(5)]
    assert waiting.wait(code=code, name="again", contact=" WX-3 ", at=NOW).pk == line[3].pk
    assert queries.place(line[3]) == 4
    assert waiting.call(at=NOW) == 0
    fill(first, 1)
    fill(second, 1)
    assert waiting.call(at=NOW) == 3
    assert waiting.call(at=NOW) == 0, "the places are held for those who were called"
    called = list(Waiting.objects.filter(state="called").order_by("pk").values_list("pk", "group"))
    assert called == [(line[0].pk, first.pk), (line[1].pk, second.pk), (line[2].pk, second.pk)]
    by = operator()
    assert len([item for item in today.source(by, NOW) if item.kind == "waiting_list"]) == 3
    assert len(waiting.told(pks=[line[0].pk], by=by, at=NOW)) == 1
    assert waiting.told(pks=[line[0].pk], by=by, at=NOW) == []
    assert waiting.untell(pks=[line[0].pk], by=volunteer(), at=NOW) == []
    assert len(waiting.untell(pks=[line[0].pk], by=by, at=NOW)) == 1
    assert waiting.untell(pks=[line[0].pk], by=by, at=NOW) == []
    waiting.settle(pks=[line[1].pk], to=WaitingState.DROPPED, by=by, at=NOW)
    assert waiting.call(at=NOW) == 1
    assert waiting.settle(pks=[line[2].pk], to=WaitingState.JOINED, by=volunteer(), at=NOW) == []


def test_what_the_waiting_left_is_sealed_masked_and_forgotten() -> None:
    code = JoinCodeFactory(groups=[running()])
    row = waiting.wait(code=code, name="小周", contact="13812345678", at=NOW)
    assert "138" not in row.contact
    assert row.contact_shown == "13***78"
    assert waiting.reveal(row=row, by=operator(), at=NOW) == "13812345678"
    assert waiting.forget(at=NOW + CONTACT_KEPT - timedelta(seconds=1)) == 0
    assert waiting.forget(at=NOW + CONTACT_KEPT) == 1
    row.refresh_from_db()
    assert (row.contact, row.contact_shown, row.contact_digest) == ("", "", "")
    assert waiting.forget(at=NOW + CONTACT_KEPT) == 0


def test_the_page_shows_the_next_group_when_one_is_full(client: Client) -> None:
    first, second = running(name="一群"), running(name="二群")
    door(first, most=1)
    door(second, most=1)
    code = JoinCodeFactory(groups=[first, second])
    url = reverse("portal:join", args=[code.code])
    assert "一群" in client.get(url).content.decode()
    fill(first, 1)
    page = client.get(url)
    assert "二群" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    fill(second, 1)
    assert "contact" in client.get(url).content.decode()
    client.head(url)
    assert CodeDay.objects.values_list("opens", "turned_away").get() == (3, 1)
    assert client.post(reverse("portal:wait", args=[code.code]), {"name": "小周", "contact": "x"}).status_code == 422
    answer = client.post(reverse("portal:wait", args=[code.code]), {"name": "小周", "contact": "wxid_1"})
    place = places.place_of(answer["Location"].rsplit("/", 1)[-1])
    assert place is not None
    before = CodeDay.objects.get().opens
    page = client.get(reverse("portal:place", args=[answer["Location"].rsplit("/", 1)[-1]]))
    assert "小周" in page.content.decode()
    fill(second, 0)
    waiting.call(at=NOW)
    assert "二群" in client.get(reverse("portal:place", args=[answer["Location"].rsplit("/", 1)[-1]])).content.decode()
    client.post(reverse("portal:place-leave", args=[answer["Location"].rsplit("/", 1)[-1]]))
    place.refresh_from_db()
    assert (place.state, CodeDay.objects.get().opens) == ("dropped", before)


def test_an_archived_code_and_a_damaged_place_open_nothing(client: Client) -> None:
    code = JoinCodeFactory(groups=[running()], archived=True)
    assert client.get(reverse("portal:join", args=[code.code])).status_code == 404
    link = places.place_url(WaitingFactory(code=code)).rsplit("/", 1)[-1]
    assert client.get(reverse("portal:place", args=[link])).status_code == 200
    assert client.get(reverse("portal:place", args=[link[:-2] + "xx"])).status_code == 404


def test_a_picture_is_served_as_what_it_is_and_only_while_it_is_shown(client: Client) -> None:
    group, by = running(), operator()
    row = services.save_entrance(group=group, version=1, values=VALUES, picture=png(), without=False, by=by, at=NOW)
    from members.joining.views import picture_url

    url = picture_url(row)
    answer = client.get(url)
    assert (answer.content, answer["Content-Type"], answer["X-Content-Type-Options"]) == (png(), "image/png", "nosniff")
    services.save_entrance(group=group, version=row.version, values=VALUES, picture=None, without=True, by=by, at=NOW)
    assert client.get(url).status_code == 404


def test_bad_uploads_are_told_on_the_form(client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    group = running()
    client.force_login(operator())
    url = reverse("members:entrance", args=[group.pk])
    assert client.get(url).status_code == 200
    for content in (b"<svg/>", png(60000, 60000), b"\0" * (pictures.LARGEST + 1)):
        upload = SimpleUploadedFile("qr.png", content, content_type="image/png")
        assert client.post(url, {"version": 1, "picture": upload}).status_code == 422
    assert not Picture.objects.exists()
    assert client.post(url, {"version": 1, "picture": SimpleUploadedFile("x.gif", png())}).status_code == 302
    assert client.post(url, {"version": 2, "link": "javascript:alert(1)"}).status_code == 422


def test_refusals_name_what_to_do() -> None:
    with pytest.raises(Refused):
        services.create_code(code="", groups=[], name="x", source=None, pitch="", by=operator(), at=NOW)
