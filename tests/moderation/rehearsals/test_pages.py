"""The pages of rehearsals: asking, trying a rule or ladders, reading what came out, masked where no evidence may be seen."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from groupops.shared import clock
from moderation.models import Rehearsal
from moderation.models.rehearsals import RunState
from moderation.rehearsals import services as rehearsing
from tests.factories.accounts import operator, viewer
from tests.factories.inbound import happened, hear
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import RehearsalFactory, RehearsedCaseFactory, RuleFactory

pytestmark = pytest.mark.django_db
WHERE = {"days": 2, "which": "all"}


def test_asked_run_and_read(client: Client) -> None:
    room, rule, at = BindingFactory(), RuleFactory(state="draft"), clock.now() - timedelta(hours=1)
    hear(room, happened(room.remote_id, "alice", "日赚三千", occurred_at=at, user_name="欧阳夏丹"), at=at)
    client.force_login(operator())
    answer: Any = client.post(reverse("moderation:rehearsal-new"), WHERE | {"group": room.group_id})
    row = Rehearsal.objects.get()
    assert answer.url == reverse("moderation:rehearsal", args=[row.pk])
    running = client.get(answer.url).content.decode()
    assert "poll=1" in running
    assert rehearsing.run(pk=row.pk, now=clock.now)
    assert client.get(answer.url, {"poll": 1}).headers["HX-Refresh"] == "true"
    page = client.get(answer.url).content.decode()
    assert all(text in page for text in ("欧阳夏丹", "日赚三千", rule.name))
    assert "欧阳夏丹" not in client.get(answer.url, {"compared": "gone"}).content.decode()
    masked = Client()
    masked.force_login(viewer())
    seen = masked.get(answer.url).content.decode()
    assert rule.name in seen
    assert "欧阳夏丹" not in seen
    assert "日赚三千" not in seen
    assert "欧阳夏丹" not in masked.get(f"/api/v1/rehearsals/{row.pk}/cases/").content.decode()
    assert masked.post(reverse("moderation:rehearsal-new"), WHERE | {"group": room.group_id}).status_code == 403


def test_a_rule_is_tried_with_other_settings_and_stays_as_it_is(client: Client) -> None:
    rule = RuleFactory()
    client.force_login(operator())
    new = reverse("moderation:rehearsal-new")
    assert rule.name in client.get(new, {"rule": rule.pk}).content.decode()
    typed = {"offence": "noise", "severity": "severe", "set_words": "大家早", "set_homophones_from": 3, "from_hour": 0, "until_hour": 0}
    assert client.post(f"{new}?rule={rule.pk}", WHERE | typed).status_code == 302
    change = Rehearsal.objects.get().change
    assert (change["rule"], change["values"]["settings"]["words"], change["values"]["severity"]) == (rule.pk, ["大家早"], "severe")
    rule.refresh_from_db()
    assert rule.settings == {"words": ["日赚"]}
    assert client.post(f"{new}?rule={rule.pk}", WHERE | typed | {"set_homophones_from": 99}).status_code == 422
    assert client.get(new, {"rule": 999_999}).status_code == 404


def test_other_ladders_are_tried(client: Client) -> None:
    client.force_login(operator())
    new = f"{reverse('moderation:rehearsal-new')}?ladder=1"
    page = client.get(new)
    values = {name: page.context["tried"][name].value() for name in page.context["tried"].fields} | WHERE
    assert client.post(new, values | {"advert": "不知道"}).status_code == 422
    assert client.post(new, values | {"advert": "私聊警告"}).status_code == 302
    assert Rehearsal.objects.get().change["ladder"]["advert"] == "私聊警告"


def test_one_that_failed_says_why_and_what_to_do(client: Client) -> None:
    client.force_login(operator())
    row = RehearsalFactory(state=RunState.FAILED, why=rehearsing.TOO_LONG, result=False)
    assert reverse("moderation:rehearsal-new") in client.get(reverse("moderation:rehearsal", args=[row.pk])).content.decode()
    case = RehearsedCaseFactory()
    answer = client.get(f"/api/v1/rehearsals/{case.rehearsal_id}/cases/").json()
    assert [one["name"] for one in answer["results"]] == [case.membership.person.name]
    asked = client.post("/api/v1/rehearsals/", {"days": 1}, content_type="application/json")
    assert (asked.status_code, asked.json()["state"]) == (201, "waiting")
