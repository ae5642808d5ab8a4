"""The pages of moderation: the queue with consequences, a case, appeals by link, rules and lists; the API beside them."""

import pytest
from django.test import Client
from django.urls import reverse

from groupops.record.models import AuditEntry
from groupops.shared import clock
from moderation import addresses
from moderation.models import Appeal, Case, Decision, QueueView, Rule, Strike, WordList
from moderation.pages import GROUPS, shown
from moderation.policy import AppealState, CaseState, RuleState
from moderation.services import keeping
from moderation.today import source
from tests.factories.accounts import admin, founder, operator, viewer
from tests.factories.groups import NOW, StaffPostFactory
from tests.factories.members import MembershipFactory
from tests.factories.moderation import ADVERT, AppealFactory, CaseFactory, EvidenceFactory, RuleFactory, StrikeFactory

pytestmark = pytest.mark.django_db


def logged_in(user: object = None) -> Client:
    """A browser of an operator."""
    client = Client()
    client.force_login(user or operator())
    return client


def test_the_queue_says_what_follows_and_one_click_does_it() -> None:
    case, me = CaseFactory(rule=RuleFactory()), operator(name="小林")
    StrikeFactory(decision__case__membership=case.membership, at=clock.now())
    client = logged_in(me)
    page = client.get(reverse("moderation:queue")).content.decode()
    assert ("日赚三千" in page, "禁言" in page or "Mute" in page, f"punish:{case.pk}:{case.version}" in page) == (True, True, True)
    answer = client.post(reverse("moderation:act"), {"do": f"punish:{case.pk}:{case.version}"}, follow=True)
    case.refresh_from_db()
    assert case.state == CaseState.PUNISHED
    assert "/moderation/undo/" in answer.content.decode()
    late = logged_in(operator()).post(reverse("moderation:act"), {"do": f"clean:{case.pk}:1"}, follow=True)
    assert "小林" in late.content.decode()
    assert Decision.objects.filter(case=case).count() == 1


def test_many_at_once_and_taken_back() -> None:
    cases, client = [CaseFactory() for _n in range(3)], logged_in()
    answer = client.post(reverse("moderation:act"), {"do": "mistake", "pk": [case.pk for case in cases]}, follow=True)
    assert Case.objects.filter(state=CaseState.MISTAKEN).count() == 3
    undo = answer.content.decode().split("/moderation/undo/")[1].split("/")[0]
    client.post(reverse("moderation:undo", args=[undo]))
    assert Case.objects.filter(state=CaseState.OPEN).count() == 3


def test_taking_putting_off_and_the_views_of_the_queue() -> None:
    case, me = CaseFactory(), operator()
    client = logged_in(me)
    client.post(reverse("moderation:act"), {"do": f"claim:{case.pk}:{case.version}"})
    url = reverse("moderation:queue")
    assert case.membership.person.name in client.get(url, {"view": "mine"}).content.decode()
    assert str(me) in logged_in().get(url).content.decode()
    client.post(reverse("moderation:act"), {"do": f"snooze:{case.pk}:{case.version}"})
    assert case.membership.person.name not in client.get(url).content.decode()
    assert case.membership.person.name in client.get(url, {"view": "snoozed"}).content.decode()


def test_a_case_shows_evidence_history_and_similar_ones_to_moderators_alone() -> None:
    case, other = CaseFactory(), CaseFactory(state=CaseState.CLEAN)
    strike = StrikeFactory(decision__case__membership=case.membership)
    page = logged_in().get(reverse("moderation:case", args=[case.pk])).content.decode()
    assert ("日赚三千" in page, "abc12345" in page) == (True, False)
    for part in ("/reveal/", other.membership.person.name, f"/cases/{strike.case_id}/"):
        assert part in page
    url = reverse("moderation:case-reveal", args=[case.pk])
    assert logged_in().post(url, {"reason": ""}).status_code == 422
    assert "abc12345" in logged_in().post(url, {"reason": "核对号码"}).content.decode()
    assert AuditEntry.objects.filter(verb="case.reveal").count() == 1
    assert logged_in(admin()).post(url, {"reason": "看看"}).status_code == 403
    volunteer = StaffPostFactory(group=case.group, post="volunteer").user
    for user in (viewer(), volunteer):
        client = logged_in(user)
        assert client.get(reverse("moderation:case", args=[case.pk])).status_code == 404
        assert ADVERT not in client.get(reverse("moderation:queue")).content.decode()
        assert client.get(f"/api/v1/cases/{case.pk}/").status_code == 404
        assert client.get(f"/api/v1/cases/{case.pk}/evidence/").status_code == 404


def test_a_member_appeals_by_the_link_once_and_another_person_decides() -> None:
    judge, strike = operator(), StrikeFactory(at=clock.now())
    Decision.objects.update(by=judge)
    link, member = reverse("portal:appeal", args=[addresses.link_of(strike)]), Client()
    assert member.get(link).status_code == 200
    assert Appeal.objects.count() == 0
    assert member.post(link, {"text": ""}).status_code == 422
    assert member.post(link, {"text": "是误会"}).status_code == 302
    assert member.post(link, {"text": "再来"}).status_code == 409
    assert member.get(link[:-3] + "xy/").status_code == 404
    appeal = Appeal.objects.get()
    url = reverse("moderation:appeal-decide", args=[appeal.pk])
    assert logged_in(judge).post(url, {"do": "uphold"}).status_code == 409
    assert "是误会" in logged_in().get(reverse("moderation:appeals")).content.decode()
    assert logged_in().post(url, {"do": "reject"}).status_code == 422
    logged_in().post(url, {"do": "uphold"})
    appeal.refresh_from_db()
    assert (appeal.state, Strike.objects.get().overruled_at is None) == (AppealState.UPHELD, False)
    assert member.get(link).status_code == 200


def test_a_private_reply_is_entered_by_a_colleague() -> None:
    strike = StrikeFactory(at=clock.now())
    client = logged_in()
    assert "/appeal/" in client.get(reverse("moderation:case", args=[strike.case_id])).content.decode()
    client.post(reverse("moderation:appeal-enter", args=[strike.case_id]), {"text": "他说是误会"})
    assert Appeal.objects.get().entered_by is not None


def test_a_rule_from_draft_to_live_with_a_preview() -> None:
    said, client = EvidenceFactory().case, logged_in(founder())
    url = reverse("moderation:rule-new", args=["words"])
    assert client.get(url).status_code == 200
    given = {"name": "广告", "offence": "advert", "severity": "normal", "from_hour": 0, "until_hour": 0, "set_homophones_from": 3}
    assert client.post(url, given | {"name": ""}).status_code == 422
    assert client.post(url, given | {"set_words": "日赚\n领红包", "certain": "on"}).status_code == 302
    rule = Rule.objects.get()
    assert (rule.state, rule.settings["words"], rule.version) == (RuleState.DRAFT, ["日赚", "领红包"], 1)
    assert client.get(reverse("moderation:rule", args=[rule.pk]), {"preview": 1}).status_code == 200
    client.post(reverse("moderation:rule-move", args=[rule.pk, "live"]))
    edited = given | {"set_words": "日赚", "removes_alone": "on"}
    assert client.post(reverse("moderation:rule", args=[rule.pk]), edited).status_code == 422
    rule.refresh_from_db()
    assert (rule.state, rule.version) == (RuleState.LIVE, 1)
    assert client.post(reverse("moderation:rule-move", args=[rule.pk, "draft"])).status_code == 409
    assert "广告" in client.get(reverse("moderation:rules")).content.decode()
    assert AuditEntry.objects.filter(verb__in=["rule.create", "rule.move"]).count() == 2
    assert said.pk


def test_the_shipped_rules_look_and_ask_people() -> None:
    client = logged_in(founder())
    for _twice in range(2):
        client.post(reverse("moderation:rules-install"))
    assert Rule.objects.filter(state=RuleState.LIVE, certain=False).count() == 15
    assert client.get(reverse("moderation:rules")).status_code == 200


def test_a_word_list_comes_as_a_file_and_goes_as_one() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = logged_in(founder())
    file = SimpleUploadedFile("words.txt", "日赚,广告\n博彩,赌博\n".encode())
    client.post(reverse("moderation:list-new"), {"name": "敏感词", "file": file})
    row = WordList.objects.get()
    assert sorted(row.lines) == ["博彩", "日赚"]
    out = client.get(reverse("moderation:list-export", args=[row.pk])).content.decode()
    client.post(reverse("moderation:list", args=[row.pk]), {"name": "敏感词", "words": out})
    row.refresh_from_db()
    assert (sorted(row.lines), row.version) == (["博彩", "日赚"], 2)


def test_the_api_decides_and_takes_back() -> None:
    case, client = CaseFactory(), logged_in()
    rows = client.get("/api/v1/cases/").json()["results"]
    assert [row["id"] for row in rows] == [case.pk]
    body = {"ids": [case.pk], "do": "punish", "version": case.version}
    assert client.post("/api/v1/cases/act/", body, content_type="application/json").json()["done"] == [case.pk]
    again = client.post("/api/v1/cases/act/", body, content_type="application/json").json()
    assert again["skipped"][0]["id"] == case.pk
    assert client.post(f"/api/v1/cases/{case.pk}/undo/", content_type="application/json").status_code == 200
    appeal = AppealFactory()
    assert client.post(f"/api/v1/appeals/{appeal.pk}/decide/", {"upheld": True}, content_type="application/json").status_code == 200


def test_a_view_of_the_queue_is_kept_and_forgotten_and_counts_are_fetched_alone() -> None:
    CaseFactory()
    client, url = logged_in(), reverse("moderation:queue")
    save = reverse("moderation:view-save")
    assert client.post(save, {"name": "广告", "query": ""}).status_code == 422
    client.post(save, {"name": "广告", "query": "offence=advert&page=2&nonsense=1"})
    assert client.post(save, {"name": "广告", "query": "offence=job"}).status_code == 409
    view = QueueView.objects.get()
    assert view.query == {"offence": "advert"}
    page = client.get(url, {"offence": "advert"}).content.decode()
    assert f"/views/{view.pk}/forget/" in page
    counts = client.get(url, headers={"HX-Request": "true", "HX-Target": "queue-counts"}).content.decode()
    assert ("广告" in counts, "<form" in counts) == (True, False)
    assert logged_in().post(reverse("moderation:view-forget", args=[view.pk])).status_code == 404
    client.post(reverse("moderation:view-forget", args=[view.pk]))
    assert not QueueView.objects.exists()


def test_the_api_writes_rules_and_lists() -> None:
    client = logged_in(founder())
    made = client.post("/api/v1/word-lists/", {"name": "敏感词", "words": "日赚\t广告\n博彩"}, content_type="application/json").json()
    body = {"name": "广告", "sort": "words", "offence": "advert", "lists": [made["id"]]}
    answer = client.post("/api/v1/moderation-rules/", body, content_type="application/json")
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["state"], answer.json()["lists"]) == ("draft", [made["id"]])
    url = f"/api/v1/moderation-rules/{answer.json()['id']}/"
    assert client.put(url, body | {"severity": "severe"}, content_type="application/json").json()["version"] == 2
    assert client.put(url, body | {"removes_alone": True}, content_type="application/json").status_code == 422
    assert client.post(f"{url}move/", {"to": "live"}, content_type="application/json").json()["state"] == "live"
    assert client.post(f"{url}move/", {"to": "draft"}, content_type="application/json").status_code == 409
    change = {"name": "敏感词", "words": "日赚"}
    assert client.put(f"/api/v1/word-lists/{made['id']}/", change, content_type="application/json").json()["version"] == 2
    for user in (viewer(), admin()):
        assert (
            logged_in(user).post("/api/v1/moderation-rules/", body | {"name": "别的"}, content_type="application/json").status_code == 403
        )
        assert logged_in(user).get(f"/api/v1/word-lists/{made['id']}/").status_code == 404


def test_today_tells_what_waits() -> None:
    CaseFactory()
    CaseFactory(state=CaseState.SECOND)
    AppealFactory()
    assert len(source(operator(), clock.now())) == 3
    assert source(viewer(), clock.now()) == []


def test_evidence_loses_its_words_when_nobody_can_appeal_any_more() -> None:
    waits, done = CaseFactory(), CaseFactory(state=CaseState.PUNISHED)
    assert keeping.empty_evidence(at=NOW) == 0
    from datetime import timedelta

    assert keeping.empty_evidence(at=NOW + timedelta(days=201)) == 1
    assert (waits.evidence.get().text, done.evidence.get().text) == (ADVERT, "")
    assert logged_in().get(reverse("moderation:case", args=[done.pk])).status_code == 200
    assert MembershipFactory.build()


def test_the_pages_stand_in_groups_and_the_open_one_is_marked_in_both_rows(client: Client) -> None:
    client.force_login(operator())
    page = client.get(reverse("moderation:quarrels")).content.decode()
    assert page.count('aria-current="page"') >= 2
    assert reverse("moderation:raids") in page
    assert reverse("moderation:appeals") not in page, "it stands in another group"
    names = {one.name for _label, pages in GROUPS for one in pages}
    assert len(names) == sum(len(pages) for _label, pages in GROUPS) == 12
    for one in names:
        tabs, pages = shown(one, site=True)
        assert sum(bool(tab["active"]) for tab in tabs) == 1
        assert sum(bool(tab["active"]) for tab in pages) == (1 if pages else 0)
    assert [page["label"] for page in shown("rules", site=False)[1]].count("Word lists") == 0


def test_rules_are_filtered_in_the_url(client: Client) -> None:
    client.force_login(operator())
    RuleFactory(name="广告词", state=RuleState.DRAFT)
    RuleFactory(name="链接", sort="link", settings={})
    url = reverse("moderation:rules")

    def shown_of(**query: str) -> tuple[bool, bool]:
        page = client.get(url, query, headers={"HX-Request": "true"}).content.decode()
        return "广告词" in page, "链接" in page

    assert shown_of() == (True, True)
    assert shown_of(state="draft") == shown_of(q="广告") == shown_of(sort="words") == (True, False)
    assert reverse("moderation:rules-install") not in client.get(url, {"q": "没有"}).content.decode()
    assert client.get(url, {"state": "nonsense"}).status_code == 404
