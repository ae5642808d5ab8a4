"""The audit trail in people's words: what a verb means, what an object is called and where it is, what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groupops.record.models import AuditEntry

# tests/record/test_words.py fails when a service writes a verb that is not here.
VERBS: dict[str, Promise] = {
    "audit.erase": _("erased what lines had changed"),
    "consent.give": _("noted a consent of a member"),
    "consent.withdraw": _("noted that a member withdrew a consent"),
    "contact.add": _("noted how to reach a member"),
    "contact.remove": _("took out how to reach a member"),
    "contact.restore": _("brought back how to reach a member"),
    "contact.reveal": _("looked up how to reach a member"),
    "connection.create": _("connected an account"),
    "connection.limit": _("changed a limit"),
    "connection.pause": _("paused the connection"),
    "connection.prove": _("had the platform reach our address"),
    "connection.registration": _("fetched the registration file"),
    "connection.resume": _("resumed the connection"),
    "connection.retry": _("let a refused act be tried again"),
    "connection.rotate": _("replaced the credentials"),
    "delivery.again": _("let the delivery be sent again"),
    "delivery.cancel": _("cancelled the delivery"),
    "delivery.not_sent": _("said that the delivery was not sent"),
    "delivery.put_back": _("put the delivery back"),
    "delivery.sent": _("confirmed the delivery"),
    "delivery.take": _("took the delivery on"),
    "delivery.undo": _("took a decision about the delivery back"),
    "duty.follow": _("took up the kind's duties again"),
    "duty.reopen": _("opened a duty again"),
    "duty.save": _("wrote a staff duty"),
    "duty.settle": _("settled a duty"),
    "event.replay": _("replayed the event"),
    "feed.renew": _("made new calendar links"),
    "feed.stop": _("stopped the calendar links"),
    "group.bind": _("chose the room"),
    "group.confirm_room": _("confirmed the room"),
    "group.pause_sending": _("paused the group's sending"),
    "group.resume_sending": _("resumed the group's sending"),
    "group.unbind": _("took the room away"),
    "group.create": _("created the group"),
    "group.hand_over": _("handed the group over"),
    "group.lifecycle": _("changed the group's state"),
    "group.lifecycle_undo": _("took the change of state back"),
    "group.replay": _("read a recorded history in"),
    "group.update": _("changed the group"),
    "kind.create": _("created the kind of group"),
    "kind.update": _("changed the kind of group"),
    "leave.end": _("ended the leave of a member"),
    "leave.grant": _("noted that a member is on leave"),
    "moment.create": _("noted a key moment"),
    "moment.dismiss": _("dismissed the key moment"),
    "moment.restore": _("brought the key moment back"),
    "order.announce": _("had an announcement made"),
    "order.ban": _("had a member removed and kept out"),
    "order.delete_message": _("had a message recalled"),
    "order.kick": _("had a member removed"),
    "order.mute": _("had a member muted"),
    "order.pin": _("had a message pinned"),
    "order.send_direct": _("had something said privately"),
    "order.send_group": _("had something said in the group"),
    "order.unban": _("had a member let in again"),
    "order.unmute": _("had a member unmuted"),
    "pause.start": _("paused all sending"),
    "pause.end": _("resumed all sending"),
    "policy.set": _("set the policy"),
    "post.approve": _("approved the message"),
    "post.cancel": _("cancelled the message"),
    "praise.say": _("had a member praised"),
    "person.download": _("fetched the export of a person"),
    "person.erase": _("erased a person"),
    "person.erase_ask": _("asked for a person to be erased"),
    "person.erase_undo": _("took the erasing of a person back"),
    "person.export": _("asked for the export of a person"),
    "person.colleague": _("said which colleague a person is"),
    "plan.adopt": _("took over the plan of the kind"),
    "plan_line.create": _("added a line to the plan"),
    "plan_line.restore": _("brought a line of the plan back"),
    "plan_line.retire": _("took a line out of the plan"),
    "plan_line.update": _("changed a line of the plan"),
    "post.create": _("planned the message"),
    "post.edit": _("changed the message"),
    "post.end": _("ended the post"),
    "post.give": _("gave the post"),
    "post.hold": _("held the message"),
    "post.move": _("moved the message"),
    "post.restore": _("brought the message back"),
    "post.send_again": _("sent the message again"),
    "post.send_back": _("sent the message back to its writer"),
    "post.send_now": _("sent the message at once"),
    "post.submit": _("submitted the message for approval"),
    "post.test": _("sent a test of the message"),
    "post.unhold": _("released the hold of the message"),
    "product.users": _("noted the product's users"),
    "care.done": _("did what was to be done for a member"),
    "care.drop": _("dropped what was to be done for a member"),
    "care.reopen": _("reopened what was to be done for a member"),
    "intake.done": _("looked after the newcomers of a week"),
    "intake.open": _("reopened the newcomers of a week"),
    "group.page_renew": _("made a new link for the group's page"),
    "welcome.test": _("sent a test of the welcome"),
    "newcomer.acknowledge": _("noted that a member has read the rules"),
    "newcomer.acknowledge_undo": _("took back that a member has read the rules"),
    "newcomer.answered": _("noted that a newcomer was answered"),
    "newcomer.answered_undo": _("took back that a newcomer was answered"),
    "newcomer.buddy": _("gave a newcomer a buddy"),
    "newcomer.introduced": _("noted that a newcomer introduced themselves"),
    "newcomer.introduced_undo": _("took back that a newcomer introduced themselves"),
    "import.apply": _("took a list of members over"),
    "import.decide": _("decided a line of a list of members"),
    "import.drop": _("dropped a list of members"),
    "import.undo": _("took a list of members back"),
    "import.upload": _("uploaded a list of members"),
    "code.arrived": _("said who came by a rotating code"),
    "code.unarrived": _("took back who came by a rotating code"),
    "invitation.guest": _("said for which member an invitation is"),
    "answer.aside": _("left an answer to a form aside"),
    "answer.assign": _("said whose an answer to a form is"),
    "answer.restore": _("brought an answer to a form back"),
    "answer.unassign": _("took back whose an answer to a form is"),
    "answers.apply": _("took a table of a form tool over"),
    "answers.drop": _("dropped a table of a form tool"),
    "answers.undo": _("took a table of a form tool back"),
    "answers.upload": _("uploaded a table of a form tool"),
    "field.archive": _("put a field of the profile away"),
    "field.create": _("made a field of the profile"),
    "field.restore": _("brought a field of the profile back"),
    "field.update": _("changed a field of the profile"),
    "form.create": _("made a form for members"),
    "form.move": _("opened or closed a form for members"),
    "form.renew": _("made the links of a form anew"),
    "form.send": _("sent the link of a form into its groups"),
    "form.update": _("changed a form for members"),
    "value.reveal": _("saw a personal value of a member in full"),
    "tier.lock": _("locked a member's tier"),
    "tier.undo": _("took a lock of a tier back"),
    "tier.unlock": _("unlocked a member's tier"),
    "note.hide": _("took a note about a member back"),
    "note.show": _("brought a note about a member back"),
    "note.write": _("noted something about a member"),
    "send.approve": _("approved a message to a segment"),
    "send.stop": _("stopped a message to a segment"),
    "send.write": _("wrote a message to a segment"),
    "segment.delete": _("forgot a segment of members"),
    "segment.save": _("saved a segment of members"),
    "tag.archive": _("put a tag away"),
    "tag.create": _("made a tag"),
    "tag.give": _("tagged members"),
    "tag.restore": _("brought a tag back"),
    "tag.take": _("took a tag from members"),
    "campaign.create": _("made a campaign"),
    "campaign.move": _("started, paused or ended a campaign"),
    "campaign.update": _("changed a campaign"),
    "code.archive": _("shut a rotating code"),
    "code.create": _("made a rotating code"),
    "code.restore": _("opened a rotating code again"),
    "code.update": _("changed a rotating code"),
    "entrance.save": _("changed the way into the group"),
    "invitation.attended": _("noted who came to the event"),
    "invitation.create": _("prepared invitations"),
    "invitation.joined": _("noted who came by the invitation"),
    "invitation.send": _("had an invitation said privately"),
    "invitation.sent": _("noted that an invitation was sent"),
    "invitation.unjoined": _("took back who came by the invitation"),
    "invitation.unsent": _("noted that an invitation was not sent"),
    "invitation.withdraw": _("withdrew an invitation"),
    "member.source": _("noted where members came from"),
    "newcomer.greet": _("greeted newcomers"),
    "newcomer.greet_undo": _("took the greeting back"),
    "question.answer": _("answered several questions at once"),
    "question.answered": _("marked the question as answered"),
    "question.dismiss": _("said that it is no question"),
    "question.mark": _("marked a message as a question"),
    "question.put_back": _("put the question back"),
    "question.reopen": _("reopened the question"),
    "question.take": _("took the question on"),
    "request.keep": _("kept a request of a member"),
    "request.move": _("moved a request of a member"),
    "request.support": _("noted who supports a request"),
    "proof.accepted": _("accepted a proof"),
    "proof.refused": _("refused a proof"),
    "proof.waiting": _("looks at a proof again"),
    "roster.add": _("put somebody on the duty roster"),
    "roster.end": _("took somebody off the duty roster"),
    "roster.restore": _("put somebody back on the duty roster"),
    "rules.base": _("changed the base rules"),
    "rules.publish": _("published the rules"),
    "sandbox.act": _("had a member of a sandbox do something"),
    "sandbox.advance": _("moved a sandbox's clock"),
    "sandbox.close": _("closed a sandbox"),
    "sandbox.create": _("opened a sandbox"),
    "sandbox.play": _("played a scene in a sandbox"),
    "sandbox.reset": _("reset a sandbox"),
    "schedule.create": _("made the schedule"),
    "schedule.disable": _("stopped the schedule"),
    "schedule.enable": _("started the schedule"),
    "schedule.follow": _("let the schedule follow its plan again"),
    "schedule.skip_day": _("left a day out"),
    "schedule.test": _("sent a test of the schedule"),
    "schedule.unskip_day": _("put the day back"),
    "schedule.update": _("changed the schedule"),
    "factor.add": _("set up a second factor"),
    "factor.codes": _("made new recovery codes"),
    "factor.remove": _("removed a second factor"),
    "factor.reset": _("took the second factor away"),
    "factor.wrong": _("noted a wrong code of the second factor"),
    "session.end": _("logged a browser out"),
    "session.end_all": _("logged browsers out"),
    "slot.ask_again": _("asked again about the slot"),
    "slot.drop_ahead": _("dropped the text of one day"),
    "slot.leave": _("left the slot out"),
    "slot.move": _("moved the slot"),
    "slot.reset": _("put the slot back to its own time"),
    "slot.send_now": _("sent the slot now"),
    "slot.write_ahead": _("wrote the text of one day"),
    "source.archive": _("no longer offers a source"),
    "source.create": _("added a source"),
    "source.restore": _("offers a source again"),
    "source.update": _("changed a source"),
    "staff.accept": _("accepted the invitation"),
    "staff.invite": _("invited"),
    "staff.uninvite": _("took an invitation back"),
    "task.assign": _("gave the task to somebody"),
    "task.snooze": _("put the task off"),
    "task.undo": _("took a change of the task back"),
    "task.wake": _("brought the task back"),
    "theme.follow": _("took up the kind's themes again"),
    "theme.save": _("wrote a theme of the week"),
    "token.create": _("made an API token"),
    "token.revoke": _("revoked the API token"),
    "waiting.drop": _("took somebody off the waiting list"),
    "waiting.joined": _("said that somebody on the waiting list came in"),
    "waiting.restore": _("put somebody back on the waiting list"),
    "waiting.reveal": _("looked up how to reach somebody on the waiting list"),
    "waiting.told": _("told somebody that there is room"),
    "waiting.untold": _("took back that somebody was told"),
    "user.accept": _("accepted the invitation"),
    "user.active": _("let in or locked out"),
    "user.first": _("opened the installation"),
    "user.invite": _("invited"),
    "user.link": _("made a link to choose a password"),
    "user.login": _("logged in"),
    "user.password": _("changed the password"),
    "user.profile": _("changed the profile"),
    "user.role": _("changed the role"),
    "user.update": _("changed the person"),
    "appeal.enter": _("entered a member's appeal"),
    "appeal.reject": _("rejected an appeal"),
    "appeal.uphold": _("upheld an appeal"),
    "blacklist.add": _("put somebody on the blacklist"),
    "blacklist.confirm": _("confirmed an entry of the blacklist as the second reviewer"),
    "blacklist.lift": _("took somebody off the blacklist"),
    "case.clean": _("found no violation"),
    "case.mistake": _("marked a false positive"),
    "case.punish": _("found a violation"),
    "case.remind": _("had a member reminded kindly"),
    "case.snooze": _("put a case off"),
    "case.reveal": _("looked at a case's evidence in full"),
    "case.undo": _("took the decision on a case back"),
    "model.go_back": _("went back to another version of a model"),
    "quarrel.assign": _("took care of a quarrel"),
    "quarrel.close": _("closed a quarrel"),
    "quarrel.reopen": _("opened a quarrel again"),
    "quarrel.say": _("stepped into a quarrel in the group"),
    "quarrel.step": _("did a step of a quarrel"),
    "quarrel.unstep": _("took back a step of a quarrel"),
    "raid.begin": _("noticed a flood of joins"),
    "raid.case": _("made a case of somebody who joined in a flood"),
    "raid.let": _("let somebody be who joined in a flood"),
    "raid.lift": _("ended a flood of joins"),
    "raid.look_again": _("took back that somebody of a flood may stay"),
    "model.learn": _("had a group's model learned"),
    "rehearsal.ask": _("had moderation rules rehearsed"),
    "rule.change": _("changed a moderation rule"),
    "rule.create": _("made a moderation rule"),
    "rule.move": _("moved a moderation rule"),
    "wordlist.change": _("changed a word list"),
    "wordlist.create": _("made a word list"),
    "sweep.approve": _("approved a removal by the sweep"),
    "sweep.ask": _("had silent members asked"),
    "sweep.look": _("looked for silent members"),
    "sweep.not_back": _("took back that a removed member is back"),
    "sweep.restored": _("said that a removed member is back"),
    "sweep.second": _("approved a removal as the second person"),
    "sweep.spare": _("let a silent member stay"),
    "sweep.unspare": _("took back that a silent member stays"),
    "sweep.want_back": _("wants a removed member invited back"),
}
# Where an object is looked at: the URL name, given its number.
PAGES = {
    "accounts.user": "person",
    "groups.group": "groups:detail",
    "content.post": "content:post",
    "content.planline": "content:line",
    "content.schedule": "content:schedule",
    "members.campaign": "members:campaign",
    "members.joincode": "members:code",
    "messaging.connection": "messaging:connection",
    "messaging.delivery": "messaging:delivery",
    "inbound.storedevent": "inbound:message",
}


@dataclass(frozen=True)
class Line:
    """One line as the page shows it."""

    entry: AuditEntry
    what: Promise | str
    kind: str
    url: str
    group: str
    changes: list[tuple[str, str, str]]
    link: int | None
    erased: bool


def lines(entries: Iterable[AuditEntry], *, groups: dict[int, str]) -> list[Line]:
    """The entries in words; `groups` names the groups by number."""
    return [_line(entry, groups) for entry in entries]


def _line(entry: AuditEntry, groups: dict[int, str]) -> Line:
    detail, seal = getattr(entry, "detail", None), getattr(entry, "seal", None)
    return Line(
        entry=entry,
        what=VERBS.get(entry.verb, entry.verb),
        kind=kind_of(entry.target_type),
        url=_page(entry),
        group=groups.get(entry.group_id or 0, ""),
        changes=_changes(entry.target_type, detail.before, detail.after) if detail else [],
        link=seal.number if seal else None,
        erased=detail is None and bool(entry.detail_digest),
    )


def families(verbs: Iterable[str]) -> list[tuple[str, str]]:
    """The verbs as choices of the filter, in the reader's words."""
    return sorted(((verb, capfirst(str(VERBS.get(verb, verb)))) for verb in verbs), key=lambda choice: choice[1])


def types(labels: Iterable[str]) -> list[tuple[str, str]]:
    """The kinds of object as choices of the filter."""
    return sorted(((label, kind_of(label)) for label in labels), key=lambda choice: choice[1])


def kind_of(label: str) -> str:
    """What a model is called; of one that is gone, its old name."""
    model = _model(label)
    return capfirst(str(model._meta.verbose_name)) if model else label


def _page(entry: AuditEntry) -> str:
    name = PAGES.get(entry.target_type)
    return reverse(name, args=[int(entry.target_id)]) if name and entry.target_id.isdigit() else ""


def _changes(label: str, before: Any, after: Any) -> list[tuple[str, str, str]]:
    old, new = before or {}, after or {}
    return [(_field(label, name), _shown(old.get(name)), _shown(new.get(name))) for name in dict.fromkeys([*old, *new])]


def _field(label: str, name: str) -> str:
    model = _model(label)
    try:
        return capfirst(str(model._meta.get_field(name).verbose_name)) if model else name  # type: ignore[union-attr]
    except (FieldDoesNotExist, AttributeError):
        return name


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return ", ".join(_shown(inner) for inner in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_shown(inner)}" for name, inner in value.items())
    return "" if value is None else str(value)


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None
