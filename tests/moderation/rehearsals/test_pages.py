"""The pages of rehearsals: asking, trying a rule or ladders, reading what came out, masked where no evidence may be seen."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from groupops.shared import clock
from moderation.models import Rehearsal, Rule
from moderation.models.rehearsals import RunState
from moderation.rehearsals import services as rehearsing
from tests.factories.accounts import operator, viewer
from tests.factories.inbound import happened, hear
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import RehearsalFactory, RehearsedCaseFactory, RuleFactory, WordListFactory

pytestmark = pytest.mark.django_db
WHERE = {"days": 2, "which": "all"}
SAID = (("alice", "日赚三千"), ("bob", "内推名额"))


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


def test_a_rule_that_nobody_saved_is_tried_beside_or_in_place_of_the_stored_ones(client: Client) -> None:
    room, at = BindingFactory(), clock.now() - timedelta(hours=1)
    RuleFactory(settings={"words": ["日赚"]}, certain=False)
    hear(
        room,
        happened(room.remote_id, "alice", "日赚三千", occurred_at=at),
        happened(room.remote_id, "bob", "内推名额", occurred_at=at),
        at=at,
    )
    client.force_login(operator())
    new = f"{reverse('moderation:rehearsal-new')}?sort=words"
    typed = {"name": "内推词", "offence": "job", "severity": "normal", "set_words": "内推", "set_homophones_from": 3, "from_hour": 0}
    typed |= {"until_hour": 0, "certain": "on"}
    assert client.get(new).status_code == 200
    assert client.get(new.replace("words", "nonsense")).status_code == 404
    assert client.post(new, WHERE | typed | {"set_words": "。。"}).status_code == 422
    assert client.post(new, WHERE | typed | {"which": "tried", "days": 1}).status_code == 302
    row = Rehearsal.objects.get()
    rehearsing.run(pk=row.pk, now=clock.now)
    case = row.cases.get(compared="new")
    assert (case.offence, case.rule, case.draft, case.state, Rule.objects.count()) == ("job", None, 1, "punished", 1)
    assert row.cases.get(compared="gone").real.membership.person.remote_id == "alice"
    page = client.get(reverse("moderation:rehearsal", args=[row.pk])).content.decode()
    assert "内推词" in page


def test_the_api_rehearses_what_nobody_saved(client: Client) -> None:
    room, rule, words = BindingFactory(), RuleFactory(certain=False), WordListFactory(words="内推")
    at = clock.now() - timedelta(hours=1)
    hear(
        room,
        happened(room.remote_id, "alice", "日赚三千", occurred_at=at),
        happened(room.remote_id, "bob", "内推名额", occurred_at=at),
        at=at,
    )
    client.force_login(operator())

    def asked(**given: object) -> Any:
        return client.post("/api/v1/rehearsals/", {"days": 1, "group": room.group_id} | given, content_type="application/json")

    draft = {"name": "内推词", "sort": "words", "offence": "job", "certain": True, "lists": [words.pk]}
    values = {"certain": True, "settings": {"homophones": False}}
    answer = asked(drafts=[draft], rule=rule.pk, values=values, ladder={"advert": "禁言48", "per_hour": 5})
    told = answer.json()["change"]
    assert (answer.status_code, told["ladder"]["advert"], told["drafts"], told["rule"]) == (201, "禁言48", ["内推词"], rule.pk)
    row = Rehearsal.objects.get()
    assert rehearsing.run(pk=row.pk, now=clock.now)
    cases = client.get(f"/api/v1/rehearsals/{row.pk}/cases/").json()["results"]
    told = sorted((one["offence"], one["state"], one["draft"], one["rule"]) for one in cases)
    assert told == [("advert", "punished", None, rule.pk), ("job", "punished", 1, None)]
    assert "48" in next(one["follows"] for one in cases if one["offence"] == "advert")
    rule.refresh_from_db()
    assert (rule.certain, rule.settings, Rule.objects.count()) == (False, {"words": ["日赚"]}, 1)
    wrong = (
        {"drafts": [draft | {"sort": "nonsense"}]},
        {"drafts": [draft | {"settings": {"nonsense": 1}}]},
        {"drafts": [draft] * 11},
        {"rule": rule.pk},
        {"rule": rule.pk, "values": {"name": "x"}},
        {"rule": rule.pk, "values": {"certain": False, "removes_alone": True}},
        {"ladder": {"advert": "不知道"}},
        {"ladder": {"nonsense": 1}},
    )
    assert [asked(**one).status_code for one in wrong] == [422] * len(wrong)
    assert asked(rule=999_999, values={}).status_code == 404
