"""Campaigns, invitations, gates and arrivals: what services do, and what the database keeps."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from groupops.groups.policy import Lifecycle
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared.errors import Conflict, Invalid
from members import inviting
from members.invitations import addresses, answering, delivery, queries, services, today
from members.inviting import CampaignState, InvitationState, ProofState
from members.models import Arrival, Campaign, CampaignGroup, Invitation, Membership, Picture, Proof, Source
from tests.factories.accounts import operator, volunteer
from tests.factories.groups import NOW, GroupFactory
from tests.factories.inviting import CampaignFactory, InvitationFactory, ProofFactory
from tests.factories.joining import door, png
from tests.factories.members import MembershipFactory, PersonFactory

RACERS = 64
both = [pytest.mark.django_db, pytest.mark.both_databases]
VALUES: dict[str, Any] = {
    "name": "种子用户", "sort": "personal", "source": None, "reason": "群里都是同行", "template": "{{name}} {{link}}", "gate": "none",
    "gate_text": "", "event_name": "", "event_at": None, "benefit": "", "seats": 5, "starts_at": None, "ends_at": None,
}  # fmt: skip


@given(st.text(max_size=80), st.text(max_size=20))
def test_an_invitation_fills_its_placeholders_once(template: str, name: str) -> None:
    assert inviting.said(template + "{{ name }}", {"name": name}).endswith(name)
    assert inviting.said("{{name}}{{secret}}", {"name": "{{link}}", "link": "x"}) == "{{link}}{{secret}}"
    assert inviting.said("{{", {}) == "{{"


@given(st.text(max_size=200))
def test_any_pasted_list_gives_names(pasted: str) -> None:
    assert all(0 < len(name) <= 60 and len(reason) <= 300 for name, reason in inviting.people(pasted))


def test_a_pasted_list_is_a_person_a_line() -> None:
    assert inviting.people("小周，上次聊过部署\n\n老王\t同事\n小李") == [("小周", "上次聊过部署"), ("老王", "同事"), ("小李", "")]


class TestServices:
    pytestmark = both

    def test_the_database_refuses(self) -> None:
        campaign = CampaignFactory(groups=[group := GroupFactory()])
        row = ProofFactory(invitation__campaign=campaign).invitation
        member, by = MembershipFactory(), operator()
        Arrival.objects.create(membership=member, invitation=row, at=NOW, by=by)
        for broken in (
            lambda: Campaign.objects.filter(pk=campaign.pk).update(taken=21),
            lambda: Campaign.objects.filter(pk=campaign.pk).update(state="gone"),
            lambda: Campaign.objects.filter(pk=campaign.pk).update(sort="mass"),
            lambda: Campaign.objects.filter(pk=campaign.pk).update(starts_at=NOW, ends_at=NOW),
            lambda: CampaignGroup.objects.create(campaign=campaign, group=group, position=2),
            lambda: Invitation.objects.filter(pk=row.pk).update(state="lost"),
            lambda: Invitation.objects.filter(pk=row.pk).update(state="sent"),
            lambda: Invitation.objects.filter(pk=row.pk).update(opens=1),
            lambda: ProofFactory(invitation=row),
            lambda: ProofFactory(text=""),
            lambda: Proof.objects.filter(invitation=row).update(state="maybe"),
            lambda: Arrival.objects.create(membership=member, invitation=InvitationFactory(), at=NOW, by=by),
            lambda: Arrival.objects.create(membership=MembershipFactory(), invitation=row, at=NOW, by=by),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                broken()

    def test_a_campaign_is_drafted_started_and_never_below_its_taken_seats(self) -> None:
        group, by = GroupFactory(), operator()
        made = services.save_campaign(campaign=None, version=0, groups=[group], values=VALUES, by=by, at=NOW)
        with pytest.raises(services.NameTaken):
            services.save_campaign(campaign=None, version=0, groups=[group], values=VALUES, by=by, at=NOW)
        with pytest.raises(services.NoMove):
            services.move_campaign(campaign=made, to=CampaignState.PAUSED, by=by, at=NOW)
        assert services.move_campaign(campaign=made, to=CampaignState.RUNNING, by=by, at=NOW) == "draft"
        Campaign.objects.filter(pk=made.pk).update(taken=3)
        with pytest.raises(Invalid):
            services.save_campaign(campaign=made, version=1, groups=[group], values=VALUES | {"seats": 2}, by=by, at=NOW)
        with pytest.raises(services.Outdated):
            services.save_campaign(campaign=made, version=9, groups=[group], values=VALUES, by=by, at=NOW)

    def test_a_place_is_taken_given_back_and_taken_once(self) -> None:
        campaign = CampaignFactory(groups=[GroupFactory()], seats=1)
        first, second = InvitationFactory(campaign=campaign), InvitationFactory(campaign=campaign)
        answering.accept(invitation=first, at=NOW)
        answering.accept(invitation=first, at=NOW)
        with pytest.raises(answering.NoSeat):
            answering.accept(invitation=second, at=NOW)
        answering.decline(invitation=first, at=NOW)
        answering.decline(invitation=first, at=NOW)
        answering.accept(invitation=second, at=NOW)
        assert services.withdraw(pks=[second.pk], by=operator(), at=NOW)
        assert Campaign.objects.get(pk=campaign.pk).taken == 0
        Campaign.objects.filter(pk=campaign.pk).update(state="paused")
        with pytest.raises(answering.Closed):
            answering.accept(invitation=first, at=NOW)

    def test_a_gate_opens_by_an_accepted_proof(self) -> None:
        campaign = CampaignFactory(groups=[GroupFactory()], gate="share", gate_text="转发这篇文章")
        row, by = InvitationFactory(campaign=campaign), operator()
        with pytest.raises(answering.GateShut):
            answering.accept(invitation=row, at=NOW)
        with pytest.raises(Invalid):
            answering.show(invitation=row, text="", picture=None, at=NOW)
        with pytest.raises(Invalid):
            answering.show(invitation=row, text="", picture=b"<svg/>", at=NOW)
        proof = answering.show(invitation=row, text="", picture=png(), at=NOW)
        with pytest.raises(Conflict):
            answering.show(invitation=row, text="again", picture=None, at=NOW)
        assert Picture.objects.count() == 1
        assert [item.kind for item in today.source(by, NOW)] == ["proof"]
        assert answering.review(pks=[proof.pk], to=ProofState.ACCEPTED, by=volunteer(), at=NOW) == []
        assert answering.review(pks=[proof.pk], to=ProofState.ACCEPTED, by=by, at=NOW) == [(proof.pk, "waiting")]
        answering.accept(invitation=row, at=NOW)
        assert answering.review(pks=[proof.pk], to=ProofState.WAITING, by=by, at=NOW)

    def test_invitations_are_made_sent_and_not_answered(self) -> None:
        campaign, by = CampaignFactory(groups=[GroupFactory()]), operator()
        made, known = services.invite(campaign=campaign, people=[("小周", ""), ("小周", ""), ("老王", "同事")], inviter=None, by=by, at=NOW)
        assert (len(made), known) == (2, 1)
        rows = list(Invitation.objects.order_by("pk"))
        assert services.sent(pks=[row.pk for row in rows], by=by, at=NOW) == rows
        assert services.sent(pks=[rows[0].pk], by=by, at=NOW) == []
        assert today.source(by, NOW + timedelta(days=2)) == []
        assert len(today.source(by, NOW + timedelta(days=3))) == 2
        assert services.unsent(pks=[rows[0].pk], by=by, at=NOW)
        assert services.attended(pks=[rows[1].pk], came=True, by=by, at=NOW)
        Campaign.objects.update(ends_at=NOW + timedelta(days=1))
        assert answering.expire(at=NOW + timedelta(days=1)) == 2
        assert answering.expire(at=NOW + timedelta(days=1)) == 0
        assert "老王" in addresses.message_of(rows[1], campaign, "一群")

    def test_who_came_is_chosen_and_taken_back(self) -> None:
        source, inviter, by = Source.objects.create(name="新来源"), PersonFactory(), operator()
        member = MembershipFactory(person__name="小周", joined_at=NOW + timedelta(hours=1))
        other = MembershipFactory(person__name="别人", group=member.group, joined_at=NOW + timedelta(hours=2))
        campaign = CampaignFactory(groups=[member.group], source=source)
        row = InvitationFactory(campaign=campaign, name="小周", inviter=inviter)
        assert queries.came_lately(row) == [member, other]
        services.arrive(invitation=row, membership=member, by=by, at=NOW)
        member.refresh_from_db()
        assert (member.source, member.invited_by) == (source, inviter)
        with pytest.raises(services.Arrived):
            services.arrive(invitation=row, membership=other, by=by, at=NOW)
        with pytest.raises(Invalid):
            services.arrive(invitation=InvitationFactory(campaign=campaign), membership=MembershipFactory(), by=by, at=NOW)
        assert list(queries.inviters(by).values_list("pk", "brought")) == [(inviter.pk, 1)]
        assert list(queries.brought_by(by, inviter)) == [member]
        assert queries.inviter_of(by, member.person) == inviter
        assert queries.stays([campaign], NOW + timedelta(days=40))[campaign.pk].stayed == 1
        services.unarrive(invitation=row, by=by, at=NOW)
        member.refresh_from_db()
        assert (member.source, member.invited_by, Arrival.objects.count()) == (None, None, 0)
        assert Campaign.objects.get(pk=campaign.pk).taken == 1

    def test_it_is_said_privately_through_the_outbox(self) -> None:
        guest, by = MembershipFactory(), operator()
        row = InvitationFactory(campaign=CampaignFactory(groups=[GroupFactory()]), guest=guest)
        sent = delivery.send(invitation=row, by=by, at=NOW)
        assert (sent.operation, sent.user, sent.purpose) == ("send_direct", guest.person.remote_id, "invitation")
        assert delivery.send(invitation=row, by=by, at=NOW).pk == sent.pk
        assert delivery.guard(sent, at=NOW) == ""
        Delivery.objects.filter(pk=sent.pk).update(state=DeliveryState.SENT)
        sent.refresh_from_db()
        delivery.settled(sent, at=NOW)
        row.refresh_from_db()
        assert row.state == InvitationState.SENT
        Campaign.objects.update(state="paused")
        assert delivery.guard(sent, at=NOW)
        with pytest.raises(delivery.Unreachable):
            delivery.send(invitation=InvitationFactory(), by=by, at=NOW)

    def test_a_guest_looks_applies_shows_and_comes_in(self, client: Client) -> None:
        group = GroupFactory(lifecycle=Lifecycle.ACTIVE, name="种子一群")
        door(group)
        campaign = CampaignFactory(groups=[group], gate="like", gate_text="点赞 https://example.org/a", seats=1)
        page = addresses.apply_url(campaign)
        assert client.get(page).status_code == 200
        assert Invitation.objects.count() == 0
        own = client.post(page, {"name": "小周"})["Location"]
        row = Invitation.objects.get()
        assert "点赞" in client.get(own).content.decode()
        row.refresh_from_db()
        assert (row.opens, row.state) == (1, "applied")
        bad = SimpleUploadedFile("x.png", b"GIF89a")
        link = own.rsplit("/", 1)[-1]
        assert client.post(reverse("portal:invitation-proof", args=[link]), {"picture": bad}).status_code == 422
        assert client.post(reverse("portal:invitation-proof", args=[link]), {"text": "https://x"}).status_code == 302
        client.post(reverse("portal:invitation-accept", args=[link]))
        row.refresh_from_db()
        assert row.state == "applied"
        answering.review(pks=[Proof.objects.get().pk], to=ProofState.ACCEPTED, by=operator(), at=NOW)
        assert f"https://example.org/{group.pk}" not in client.get(own).content.decode()
        client.post(reverse("portal:invitation-accept", args=[link]))
        assert f"https://example.org/{group.pk}" in client.get(own).content.decode()
        assert client.get(own[:-3] + "xyz").status_code == 404
        client.post(reverse("portal:invitation-decline", args=[link]))
        assert Campaign.objects.get().taken == 0

    def test_the_pages_of_a_campaign(self, client: Client) -> None:
        group, by = GroupFactory(), operator()
        client.force_login(by)
        values = {
            "name": "活动",
            "sort": "event",
            "seats": "3",
            "reason": "来",
            "template": "{{name}}",
            "gate": "none",
            "group_1": group.pk,
        }
        assert client.post(reverse("members:campaign-new"), values).status_code == 422
        assert client.post(reverse("members:campaign-new"), values | {"event_name": "沙龙"}).status_code == 302
        row = Campaign.objects.get()
        client.post(reverse("members:campaign-move", args=[row.pk, "running"]))
        client.post(reverse("members:campaign-invite", args=[row.pk]), {"people": "小周, 你好\n老王"})
        assert "老王" in client.get(reverse("members:campaign", args=[row.pk])).content.decode()
        one = Invitation.objects.get(name="老王")
        client.post(reverse("members:campaign-act", args=[row.pk]), {"do": f"sent:{one.pk}"})
        member = MembershipFactory(group=group, person__name="老王", joined_at=NOW + timedelta(days=400))
        Invitation.objects.filter(pk=one.pk).update(sent_at=member.joined_at)
        url = reverse("members:invitation-arrived", args=[one.pk])
        assert "老王" in client.get(url).content.decode()
        client.post(url, {"member": member.pk})
        assert Membership.objects.get(pk=member.pk).arrival.invitation == one
        for name in ("campaigns", "proofs", "invite-tree"):
            assert client.get(reverse(f"members:{name}")).status_code == 200
        assert client.get(reverse("members:invite-branch", args=[member.person_id])).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_sixty_four_racers_share_the_last_seats() -> None:
    campaign = CampaignFactory(groups=[GroupFactory()], seats=5)
    rows = [InvitationFactory(campaign=campaign) for _n in range(RACERS)]

    def race(row: Invitation) -> bool:
        try:
            answering.accept(invitation=row, at=NOW)
        except answering.NoSeat:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(race, rows)) == 5
    assert Campaign.objects.get(pk=campaign.pk).taken == 5
    assert Invitation.objects.filter(state="accepted").count() == 5


@pytest.mark.django_db
def test_an_invitation_for_somebody_of_a_group_of_ours() -> None:
    """Found by name, chosen by a person, then sayable privately; over the API in one go; not once it was sent."""
    row = MembershipFactory()
    campaign = CampaignFactory(groups=[row.group])
    invited, client = InvitationFactory(campaign=campaign, name=row.person.name), Client()
    client.force_login(operator())
    url = reverse("members:invitation-guest", args=[invited.pk])
    assert row.person.remote_id in client.get(url).content.decode()
    client.post(url, {"member": row.pk})
    invited.refresh_from_db()
    assert invited.guest == row
    client.post(url, {"member": ""})
    invited.refresh_from_db()
    assert invited.guest is None
    body = {"campaign": campaign.pk, "name": "老李", "guest": row.pk}
    assert client.post("/api/v1/invitations/", body, content_type="application/json").json()["guest"] == row.pk
    Invitation.objects.filter(pk=invited.pk).update(state="sent", sent_at=NOW)
    assert client.post(url, {"member": row.pk}).status_code == 409
