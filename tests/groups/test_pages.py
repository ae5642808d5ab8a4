"""Every page of the groups: it opens, says what it should, and refuses whom it should."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.groups import services as groups
from groupops.groups.models import Group, KeyMoment, Kind, Policy, ProductStage, RuleSet, StaffPost
from groupops.groups.policy import Lifecycle, MomentSort, Post
from tests.factories.accounts import UserFactory, admin, founder, operator, viewer, volunteer
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory, fortnight

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
SITE_PAGES = ["list", "create", "advice", "ecosystem", "moments", "kinds", "kind-new", "base-rules", "base-rules-edit", "policies"]
GROUP_PAGES = ["detail", "edit", "rules", "rules-edit", "posts"]


def address(name: str, *args: object) -> str:
    return reverse(f"groups:{name}", args=args)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", SITE_PAGES)
def test_site_pages_open_empty_and_full(log_in: LogIn, name: str, language: str) -> None:
    client = log_in(operator(language=language))
    assert client.get(address(name)).status_code == 200
    group = GroupFactory(lifecycle=Lifecycle.PLANNED)
    fortnight(group)
    groups.record_moment(sort=MomentSort.RELEASE, title="2.0", on=NOW.date(), by=None, at=NOW)
    groups.record_users(users=20, by=None, at=NOW)
    assert client.get(address(name)).status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", GROUP_PAGES)
def test_group_pages_open_empty_and_full(log_in: LogIn, name: str, language: str) -> None:
    user = founder(language=language)
    group = GroupFactory()
    client = log_in(user)
    assert client.get(address(name, group.pk)).status_code == 200
    fortnight(group)
    StaffPostFactory(group=group, user=user, post=Post.OWNER)
    groups.publish_rules(group=group, text="{{group}} 群规", why="", seen=0, by=user, at=NOW)
    groups.publish_rules(group=group, text="{{group}} 新群规", why="改", seen=1, by=user, at=NOW)
    Group.objects.filter(pk=group.pk).update(member_count=60)
    groups.assess(at=NOW)
    page = client.get(address(name, group.pk))
    assert page.status_code == 200
    assert group.name in page.content.decode()


def test_creating_starts_with_the_kinds_in_the_seeds_words(log_in: LogIn) -> None:
    page = log_in(operator()).get(address("create")).content.decode()
    assert "产品用户的服务和支持群" in page
    assert "独立开发者和创业者的交流群" in page


def test_a_group_is_created_from_a_kind_with_its_rules_and_owner(log_in: LogIn) -> None:
    user = operator()
    form = {"name": "前端交流", "level": "free", "zone": "Asia/Shanghai", "owner": user.pk, "region": "", "description": "", "moment": ""}
    answer = log_in(user).post(address("create-from", "tech"), form)
    group = Group.objects.get(name="前端交流")
    assert answer.headers["Location"] == address("detail", group.pk)
    assert (group.lifecycle, group.kind.slug) == (Lifecycle.PLANNED, "tech")
    assert "贴代码时请使用代码块格式" in RuleSet.objects.get(group=group).text
    assert StaffPost.objects.get(group=group).post == Post.OWNER


def test_a_rejected_form_is_422_with_the_reason_on_the_field(log_in: LogIn) -> None:
    GroupFactory(name="已有的群")
    form = {"name": "已有的群", "level": "free", "zone": "Asia/Shanghai"}
    answer = log_in(operator()).post(address("create-from", "tech"), form)
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors


def test_a_double_submit_creates_one_group(log_in: LogIn) -> None:
    client = log_in(operator())
    form = {"name": "只开一次", "level": "free", "zone": "Asia/Shanghai", "_once": "key-1"}
    first, second = (client.post(address("create-from", "tech"), form) for _n in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Group.objects.filter(name="只开一次").count() == 1


def test_the_second_of_two_editors_is_told_who_and_what(log_in: LogIn) -> None:
    group = GroupFactory()
    form = {"version": 1, "name": group.name, "kind": group.kind_id, "level": group.level, "zone": group.zone, "region": "上海"}
    assert log_in(operator(name="甲")).post(address("edit", group.pk), form).status_code == 302
    late = log_in(operator(language="en")).post(address("edit", group.pk), form | {"region": "北京"})
    assert late.status_code == 409
    assert "甲" in late.content.decode()
    group.refresh_from_db()
    assert group.region == "上海"


def test_filters_sort_and_mine_stand_in_the_address(log_in: LogIn) -> None:
    user = viewer()
    mine, other, old = GroupFactory(name="甲群"), GroupFactory(name="乙群"), GroupFactory(name="旧群", lifecycle=Lifecycle.ARCHIVED)
    StaffPostFactory(group=mine, user=user)
    client = log_in(user)
    everything = client.get(address("list")).content.decode()
    assert mine.name in everything
    assert other.name in everything
    assert old.name not in everything
    assert other.name not in client.get(address("list"), {"mine": "true"}).content.decode()
    assert old.name in client.get(address("list"), {"lifecycle": "archived"}).content.decode()
    found = client.get(address("list"), {"q": "乙", "sort": "-members"}).content.decode()
    assert other.name in found
    assert mine.name not in found


@pytest.mark.parametrize("sort", ["name", "-name", "members", "-members", "health", "-health", "created", "-created", "nonsense"])
def test_every_sort_pages_through_all_groups_once(log_in: LogIn, sort: str) -> None:
    for n in range(60):
        GroupFactory(member_count=n % 5, health=n if n % 3 else None)
    client, query, seen = log_in(viewer()), f"?sort={sort}", []
    while query:
        page = client.get(address("list") + query).context["page"]
        seen += [group.pk for group in page.rows]
        query = page.older
    assert sorted(seen) == sorted(Group.objects.values_list("pk", flat=True))


def test_export_is_the_view_with_formulas_disarmed(log_in: LogIn) -> None:
    GroupFactory(name="=1+1")
    GroupFactory(name="别的")
    answer = log_in(viewer()).get(address("export"), {"q": "1+1"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=1+1" in text
    assert "别的" not in text


def test_bulk_says_what_was_done_and_what_not_and_can_be_undone(log_in: LogIn) -> None:
    client = log_in(operator(language="en"))
    active, planned, foreign = GroupFactory(), GroupFactory(lifecycle=Lifecycle.PLANNED), 10**9
    answer = client.post(address("bulk"), {"to": "paused", "pk": [active.pk, planned.pk, foreign]}, follow=True)
    told = [str(message) for message in answer.context["messages"]]
    assert any("1 group is now" in text for text in told)
    assert any(planned.name in text for text in told)
    undo = next(message.extra_tags for message in answer.context["messages"] if "undo:" in (message.extra_tags or "")).removeprefix("undo:")
    assert Group.objects.get(pk=active.pk).lifecycle == Lifecycle.PAUSED
    client.post(undo)
    assert Group.objects.get(pk=active.pk).lifecycle == Lifecycle.ACTIVE


def test_bulk_leaves_groups_alone_where_the_right_is_missing(log_in: LogIn) -> None:
    user, group = volunteer(), GroupFactory()
    StaffPostFactory(group=group, user=user, post=Post.VOLUNTEER)
    log_in(user).post(address("bulk"), {"to": "archived", "pk": [group.pk]})
    group.refresh_from_db()
    assert group.lifecycle == Lifecycle.ACTIVE


@pytest.mark.parametrize("name", GROUP_PAGES)
def test_a_foreign_group_looks_absent(log_in: LogIn, name: str) -> None:
    assert log_in(volunteer()).get(address(name, GroupFactory().pk)).status_code == 404


@pytest.mark.parametrize("name", ["edit", "rules-edit"])
def test_a_visible_group_without_the_right_is_403(log_in: LogIn, name: str) -> None:
    assert log_in(viewer()).get(address(name, GroupFactory().pk)).status_code == 403


def test_rules_are_published_compared_and_brought_back(log_in: LogIn) -> None:
    group, client = GroupFactory(), log_in(operator())
    for version, text in enumerate(["第一条\n第二条", "第一条\n第三条"]):
        assert client.post(address("rules-edit", group.pk), {"seen": version, "text": text, "why": "试"}).status_code == 302
    page = client.get(address("rules", group.pk), {"from": "1", "to": "2"})
    assert ("-", "第二条") in page.context["diff"]
    assert client.post(address("rules-restore", group.pk, 1), {"seen": "2"}).status_code == 302
    assert RuleSet.objects.filter(group=group).order_by("-version")[0].text == "第一条\n第二条"
    late = client.post(address("rules-edit", group.pk), {"seen": 1, "text": "晚了", "why": "试"})
    assert late.status_code == 409


def test_posts_are_given_ended_and_the_group_handed_over(log_in: LogIn) -> None:
    boss, group, new = founder(), GroupFactory(), UserFactory()
    client = log_in(boss)
    assert client.post(address("give-post", group.pk), {"user": boss.pk, "post": "owner"}).status_code == 302
    assert client.post(address("give-post", group.pk), {"user": new.pk, "post": "owner"}).status_code == 409
    assert client.post(address("give-post", group.pk), {"user": new.pk, "post": "admin"}).status_code == 302
    assert client.post(address("hand-over", group.pk), {"to": new.pk, "stay": "on"}).status_code == 302
    held = dict(StaffPost.objects.filter(group=group, until=None).values_list("user", "post"))
    assert held == {new.pk: Post.OWNER, boss.pk: Post.DEPUTY}
    deputy = StaffPost.objects.get(group=group, user=boss, until=None)
    assert client.post(address("post-end", group.pk, deputy.pk)).status_code == 302


def test_a_deputy_hands_nothing_over_and_makes_nobody_the_first_owner(log_in: LogIn) -> None:
    deputy, group = volunteer(), GroupFactory()
    StaffPostFactory(group=group, user=deputy, post=Post.DEPUTY)
    client = log_in(deputy)
    assert client.post(address("hand-over", group.pk), {"to": deputy.pk}).status_code == 403
    assert client.post(address("give-post", group.pk), {"user": deputy.pk, "post": "owner"}).status_code == 403


def test_a_moment_proposes_a_group_that_is_opened_for_it(log_in: LogIn) -> None:
    client = log_in(operator())
    assert client.post(address("moments"), {"sort": "release", "title": "2.0", "on": "2026-12-01", "note": ""}).status_code == 302
    moment = KeyMoment.objects.get()
    row = client.get(address("moments")).context["moments"][0]
    form = {"name": row["proposal"].name, "level": "free", "zone": "Asia/Shanghai", "moment": moment.pk}
    assert client.post(address("create-from", row["kind"].slug), form).status_code == 302
    moment.refresh_from_db()
    assert moment.group is not None
    assert client.post(address("moment-dismiss", moment.pk)).status_code == 409


def test_a_dismissed_moment_comes_back(log_in: LogIn) -> None:
    client = log_in(operator())
    moment = groups.record_moment(sort=MomentSort.CAMPAIGN, title="双十二", on=NOW.date(), by=None, at=NOW)
    client.post(address("moment-dismiss", moment.pk))
    assert "双十二" in client.get(address("moments"), {"view": "dismissed"}).content.decode()
    assert client.post(address("moment-restore", moment.pk), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    moment.refresh_from_db()
    assert not moment.dismissed


def test_advice_follows_the_number_of_users(log_in: LogIn) -> None:
    client = log_in(operator())
    assert client.get(address("advice")).context["board"].stage is None
    assert client.post(address("users"), {"users": 300}).status_code == 302
    assert ProductStage.objects.get().users == 300
    wanted = {row["item"].kind for row in client.get(address("advice")).context["advice"]}
    assert wanted == {"product", "tech"}
    assert client.post(address("users"), {"users": -1}).status_code == 422


def test_a_kind_is_edited_and_added(log_in: LogIn) -> None:
    client, kind = log_in(operator()), Kind.objects.get(slug="tech")
    form = {
        "version": kind.version, "name": "技术群", "positioning": kind.positioning, "values": "• 一\n\n• 二", "size_low": 10,
        "size_high": 20, "size_note": "", "level": "free", "rules_extension": "", "position": 1,
    }  # fmt: skip
    assert client.post(address("kind-edit", kind.pk), form).status_code == 302
    kind.refresh_from_db()
    assert (kind.name, kind.values) == ("技术群", ["一", "二"])
    assert client.post(address("kind-edit", kind.pk), form | {"size_low": 30}).status_code in (409, 422)
    assert client.post(address("kind-new"), form | {"slug": "tech"}).status_code == 422
    assert client.post(address("kind-new"), form | {"slug": "local"}).status_code == 302


def test_a_policy_is_previewed_set_for_a_group_and_taken_back(log_in: LogIn) -> None:
    client, group = log_in(operator()), GroupFactory()
    query = f"?scope=group&group={group.pk}"
    form = {"size": 10, "activity": 80, "coverage": 10, "lively_share": 5, "why": "小群"}
    preview = client.post(address("policy-preview", "group.health") + query, form)
    assert [effect.group for effect in preview.context["effects"]] == [group]
    assert not Policy.objects.exists()
    assert client.post(address("policy-edit", "group.health") + query, form).status_code == 302
    assert Policy.objects.get(value__activity=80).group == group
    assert client.post(address("policy-edit", "group.health") + query, {"do": "take_back"}).status_code == 302
    assert Policy.objects.order_by("-version")[0].value is None


def test_a_policy_outside_its_bounds_is_rejected_on_the_field(log_in: LogIn) -> None:
    client = log_in(operator())
    form = {"size": 0, "activity": 0, "coverage": 0, "lively_share": 5, "why": "试"}
    answer = client.post(address("policy-edit", "group.health") + "?scope=site", form)
    assert answer.status_code == 422
    assert "size" in answer.context["form"].errors
    assert client.post(address("policy-preview", "group.health") + "?scope=site", form).status_code == 422


@pytest.mark.parametrize("query", ["?scope=kind&kind=0", "?scope=kind&kind=x", "?scope=nonsense", "?scope=group&group=99999999"])
def test_no_policy_is_set_where_there_is_no_place(log_in: LogIn, query: str) -> None:
    assert log_in(operator()).get(address("policy-edit", "group.health") + query).status_code == 404


def test_an_unknown_policy_is_absent(log_in: LogIn) -> None:
    assert log_in(operator()).get(address("policy", "no.such")).status_code == 404


@pytest.mark.parametrize("make", [admin, viewer])
@pytest.mark.parametrize("name", ["create", "kind-new", "base-rules-edit"])
def test_readers_do_not_change_the_site(log_in: LogIn, make: Callable[[], User], name: str) -> None:
    assert log_in(make()).get(address(name)).status_code == 403


def test_a_volunteer_lists_only_the_groups_of_their_posts(log_in: LogIn) -> None:
    user = UserFactory(role=Role.VOLUNTEER)
    mine, other = GroupFactory(), GroupFactory()
    StaffPostFactory(group=mine, user=user, post=Post.VOLUNTEER)
    page = log_in(user).get(address("list")).content.decode()
    assert mine.name in page
    assert other.name not in page
