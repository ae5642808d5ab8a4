"""黑名单: kept out of one place or of all until a day; who comes all the same becomes a case, and is let in again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from groupops.groups.models import Policy
from groupops.groups.policy import Scope
from groupops.messaging import kinds
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Delivery
from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden, Invalid
from members.models import Colleague, Membership
from moderation import services as moderation
from moderation.delivery import LIFTED
from moderation.models import Barred, Case, Strike
from moderation.policy import CaseState, Held, Offence, Source, Verdict
from moderation.queries.blacklist import held_against
from moderation.services import ItIsYou, blacklisting
from moderation.services.blacklisting import AlreadyBarred, NotToConfirm
from moderation.today import source
from tests.factories.accounts import UserFactory, founder, operator, volunteer
from tests.factories.groups import NOW, StaffPostFactory
from tests.factories.inbound import happened, hear, joined
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import BarredFactory, CaseFactory, found

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_who_comes_though_kept_out_becomes_a_case_that_a_person_decides() -> None:
    room, by = BindingFactory(), operator()
    hear(room, happened(room.remote_id, "song", "大家好"))
    person = Membership.objects.get().person
    entry = moderation.bar(person=person, group=room.group, until=NOW + DAY, reason="换号发广告", by=by, at=NOW)
    case = Case.objects.get()  # they were there
    assert (case.offence, case.source, case.held, case.rank) == (Offence.BARRED, Source.BARRED, Held.REMOVAL, 0)
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=by, at=NOW)
    ban = Delivery.objects.get()
    assert (ban.operation, ban.user, Strike.objects.count()) == (Operation.BAN, "song", 0)
    assert kinds.guard(ban, at=NOW) == ""
    hear(room, joined(room.remote_id, "song", occurred_at=NOW + timedelta(minutes=1)), joined(room.remote_id, "li"))
    assert Case.objects.count() == 1, "present all along: nothing moved"
    Membership.objects.update(left_at=NOW)
    hear(room, joined(room.remote_id, "song", occurred_at=NOW + timedelta(hours=1)))
    assert Case.objects.filter(state=CaseState.OPEN).get().membership.person == person
    moderation.lift(entry=entry, by=by, at=NOW)
    assert kinds.guard(ban, at=NOW) == LIFTED
    assert not Case.objects.filter(state=CaseState.OPEN).exists()
    assert AuditEntry.objects.filter(verb__startswith="blacklist.").count() == 2


def test_the_operator_may_turn_the_person_off_but_not_the_cap_nor_for_people_with_a_post() -> None:
    Policy.objects.create(name="moderation.ladders", scope=Scope.SITE, version=1, value={"barred_alone": True, "per_hour": 1}, at=NOW)
    rows = [MembershipFactory() for _n in range(2)]
    holder, second = MembershipFactory(), MembershipFactory(group=rows[0].group)
    Colleague.objects.create(person=holder.person, user=UserFactory(), by=UserFactory(), at=NOW)
    for row in (*rows, holder, second):
        BarredFactory(person=row.person, group=None, scope=Scope.SITE)
    made = blacklisting.came(memberships=[row.pk for row in (*rows, holder, second)], at=NOW)
    cases = [made[row.pk] for row in (*rows, holder, second)]
    assert [case.state for case in cases] == [CaseState.PUNISHED, CaseState.PUNISHED, CaseState.OPEN, CaseState.OPEN]
    assert [cases[2].held, cases[3].held] == [Held.POST, Held.CAP]


def test_an_entry_holds_for_every_identity_in_its_scope_until_its_day() -> None:
    member = MembershipFactory()
    alias = MembershipFactory(person=PersonFactory(merged_into=member.person))
    entry = BarredFactory(person=member.person, scope=Scope.KIND, group=None, kind=alias.group.kind, until=NOW + DAY)
    both = [member.pk, alias.pk]
    expected = {pk for pk, row in zip(both, (member, alias), strict=True) if row.group.kind_id == entry.kind_id}
    assert set(held_against(both, NOW)) == expected
    assert held_against(both, NOW + DAY) == {}
    assert moderation.lapse(at=NOW + DAY) == 1
    assert moderation.lapse(at=NOW + DAY) == 0
    entry.refresh_from_db()
    assert (entry.lifted_at, entry.lifted_by) == (NOW + DAY, None)


def test_a_step_that_says_so_writes_it_and_an_upheld_appeal_takes_it_back() -> None:
    Policy.objects.create(name="moderation.ladders", scope=Scope.SITE, version=1, value={"advert": "拉黑"}, at=NOW)
    case, judge = found(MembershipFactory(), certain=False), operator()
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=judge, at=NOW)
    assert Barred.objects.get(lifted_at=None).case == case
    moderation.undo(case=case, by=judge, at=NOW)
    assert not Barred.objects.filter(lifted_at=None).exists()
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=judge, at=NOW)
    case.measures.filter(decision__undone_at=None).update(state="done", done_at=NOW)
    appeal = moderation.appeal(strike=Strike.objects.get(overruled_at=None), text="是误会", at=NOW)
    moderation.answer(appeal=appeal, upheld=True, by=operator(), at=NOW)
    assert not Barred.objects.filter(lifted_at=None).exists()
    assert Delivery.objects.filter(operation=Operation.UNBAN).count() == 1


def test_what_is_refused() -> None:
    row, by = MembershipFactory(), operator()
    given = {"person": row.person, "group": row.group, "until": None, "reason": "广告"}
    moderation.bar(**given, by=by, at=NOW)
    with pytest.raises(AlreadyBarred):
        moderation.bar(**given, by=by, at=NOW)
    for wrong in ({"reason": " "}, {"until": NOW}):
        with pytest.raises(Invalid):
            moderation.bar(**given | wrong, by=by, at=NOW)
    with pytest.raises(Forbidden):
        moderation.bar(**given | {"group": None}, by=StaffPostFactory(group=row.group).user, at=NOW)
    me = MembershipFactory()
    Colleague.objects.create(person=me.person, user=by, by=by, at=NOW)
    with pytest.raises(ItIsYou):
        moderation.bar(**given | {"person": me.person}, by=by, at=NOW)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("barred_scope_fits", lambda: BarredFactory(scope="site")),
        ("barred_says_why", lambda: BarredFactory(reason="")),
        ("barred_ends_later", lambda: BarredFactory(until=NOW)),
        ("barred_lifted_when", lambda: BarredFactory(lifted_by=UserFactory())),
        ("barred_second_whole", lambda: BarredFactory(second_at=NOW)),
        ("barred_second_is_another", lambda: BarredFactory(by=(one := UserFactory()), needs_second=True, second_by=one, second_at=NOW)),
        ("barred_once_a_group", lambda: BarredFactory(person=(one := BarredFactory()).person, group=one.group)),
        ("barred_once_everywhere", lambda: [BarredFactory(person=p, scope="site", group=None) for p in [PersonFactory()] * 2]),
    ],
)
def test_the_database_keeps_the_promise(name: str, build: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        build()
    assert name in str(refused.value) or "UNIQUE" in str(refused.value)


def test_the_page_and_the_api() -> None:
    case, client = CaseFactory(), Client()
    client.force_login(founder())
    url = reverse("moderation:blacklist-add")
    page = client.get(url, {"case": case.pk}).content.decode()
    assert case.membership.person.remote_id in page
    given = {"who": case.membership.person.remote_id, "group": case.group_id, "reason": "多次广告"}
    assert client.post(url, given | {"who": "没有这个人"}).status_code == 422
    assert client.post(url, given).status_code == 302
    assert client.post(url, given).status_code == 409
    entry = Barred.objects.get()
    assert "多次广告" in client.get(reverse("moderation:blacklist")).content.decode()
    assert "多次广告" in client.get(reverse("moderation:case", args=[case.pk])).content.decode()
    assert client.post(f"/api/v1/blacklist/{entry.pk}/lift/", content_type="application/json").status_code == 200
    assert client.post(f"/api/v1/blacklist/{entry.pk}/lift/", content_type="application/json").status_code == 409
    body = {"person": entry.person_id, "reason": "又来了"}
    made = client.post("/api/v1/blacklist/", body, content_type="application/json")
    assert (made.status_code, made.json()["scope"]) == (201, "site")
    assert client.post(reverse("moderation:blacklist-lift", args=[made.json()["id"]])).status_code == 302
    assert "又来了" in client.get(reverse("moderation:blacklist"), {"view": "over"}).content.decode()


def test_an_entry_for_somebody_with_a_post_counts_once_a_second_reviewer_confirms_it() -> None:
    me, first, second = MembershipFactory(), operator(), operator()
    Colleague.objects.create(person=me.person, user=(own := UserFactory()), by=first, at=NOW)
    entry = moderation.bar(person=me.person, group=me.group, until=None, reason="换号发广告", by=first, at=NOW)
    assert (entry.waits, held_against([me.pk], NOW), Case.objects.count()) == (True, {}, 0)
    items = {user.pk: [item.text for item in source(user, NOW)] for user in (first, second)}
    assert (len(items[first.pk]), len(items[second.pk])) == (0, 1)
    with translation.override("en"), pytest.raises(NotToConfirm, match="second person"):
        moderation.confirm(entry=entry, by=first, at=NOW)
    StaffPostFactory(group=me.group, user=own, post="deputy")
    with pytest.raises(ItIsYou):
        moderation.confirm(entry=entry, by=own, at=NOW)
    assert moderation.confirm(entry=entry, by=second, at=NOW).waits is False
    assert set(held_against([me.pk], NOW)) == {me.pk}
    assert Case.objects.get().needs_second
    with pytest.raises(NotToConfirm):
        moderation.confirm(entry=entry, by=second, at=NOW)
    moderation.lift(entry=entry, by=first, at=NOW)
    site = moderation.bar(person=me.person, until=None, reason="再犯", by=first, at=NOW)
    moderation.lift(entry=site, by=second, at=NOW)
    assert AuditEntry.objects.filter(verb="blacklist.confirm").count() == 1


def test_a_step_that_two_decided_makes_an_entry_count_that_waited() -> None:
    Policy.objects.create(name="moderation.ladders", scope=Scope.SITE, version=1, value={"advert": "拉黑"}, at=NOW)
    member, first, second = MembershipFactory(), operator(), operator()
    Colleague.objects.create(person=member.person, user=UserFactory(), by=first, at=NOW)
    entry = moderation.bar(person=member.person, group=member.group, until=None, reason="广告", by=first, at=NOW)
    case = found(member)
    for judge in (first, second):
        moderation.decide(case=case, verdict=Verdict.PUNISH, by=judge, at=NOW)
    entry.refresh_from_db()
    assert (entry.waits, Barred.objects.count(), set(held_against([member.pk], NOW))) == (False, 1, {member.pk})


def test_the_page_and_the_api_of_a_second_reviewer() -> None:
    member, by, client = MembershipFactory(), operator(), Client()
    Colleague.objects.create(person=member.person, user=UserFactory(), by=by, at=NOW)
    client.force_login(founder())
    given = {"who": member.person.remote_id, "group": member.group_id, "reason": "多次广告"}
    page = client.post(reverse("moderation:blacklist-add"), given, follow=True).content.decode()
    entry = Barred.objects.get()
    confirm = reverse("moderation:blacklist-confirm", args=[entry.pk])
    assert (entry.waits, confirm in page, client.post(confirm).status_code) == (True, False, 409)
    client.force_login(by)
    assert confirm in client.get(reverse("moderation:blacklist")).content.decode()
    answer = client.post(f"/api/v1/blacklist/{entry.pk}/confirm/", content_type="application/json")
    assert (answer.status_code, answer.json()["needs_second"], bool(answer.json()["second_at"])) == (200, True, True)
    assert client.post(f"/api/v1/blacklist/{entry.pk}/confirm/", content_type="application/json").status_code == 409


def test_an_id_that_is_foreign_and_one_that_does_not_exist_get_the_same_answer() -> None:
    theirs, mine, client = MembershipFactory(), MembershipFactory(), Client()
    client.force_login(StaffPostFactory(group=mine.group, post="deputy", user=volunteer()).user)

    def asked(**given: object) -> tuple[int, str]:
        body = {"person": mine.person_id, "group": mine.group_id, "reason": "广告"} | given
        answer = client.post("/api/v1/blacklist/", body, content_type="application/json")
        return answer.status_code, str(answer.json()["errors"]).replace(str(given[next(iter(given))]), "N")

    assert asked(person=theirs.person_id) == asked(person=99_999_999)
    assert asked(group=theirs.group_id) == asked(group=99_999_999)
    foreign = BarredFactory(person=theirs.person, group=theirs.group)
    for way in ("confirm", "lift"):
        both = [client.post(f"/api/v1/blacklist/{pk}/{way}/", content_type="application/json") for pk in (foreign.pk, 99_999_999)]
        assert (both[0].status_code, both[0].content) == (404, both[1].content)
    assert [client.get("/api/v1/blacklist/", {"person": pk}).json()["results"] for pk in (theirs.person_id,)] == [[]]
