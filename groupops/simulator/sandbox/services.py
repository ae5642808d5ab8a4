"""Every write of the sandbox: open one, act in it, move its clock, begin anew, close it. None of it can reach a real room."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from content import services as content
from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle
from groupops.inbound.models import StoredEvent
from groupops.messaging import services as messaging
from groupops.messaging.models import Connection
from groupops.record import services as record
from groupops.shared import secretbox
from groupops.shared.errors import Invalid
from groupops.simulator.models import Sandbox
from groupops.simulator.sandbox import cast, moving, queries, rooms
from groupops.simulator.sandbox.policy import FARTHEST, LONGEST, PACE, SAYING, Deed, Jump, said, target
from groupops.simulator.sandbox.scenes import Scene

KIND = "sandbox"  # the platform of its channel


class TooFar(Invalid):
    """The clock cannot be put there."""


@dataclass(frozen=True)
class Act:
    """What a member is to do: `text` for what is said or the new name, `message` the one that is recalled or answered."""

    deed: Deed
    persona: cast.Persona
    text: str = ""
    message: StoredEvent | None = None


def create(*, name: str, kind: Kind, by: User, at: datetime) -> Sandbox:
    """A sandbox with its channel, a running group of the kind with the kind's plan, and the cast in its room. Raises Forbidden, Invalid."""
    access.demand_on_site(by, Right.CREATE_GROUP)
    token = secrets.token_hex(6)
    account = {"account": cast.BOT, "folder": token, "clock": ""}
    with transaction.atomic():
        connection = Connection.objects.create(
            name=f"{KIND} {token}", adapter=KIND, account=cast.BOT, health=Connection.Health.OK, checked_at=at, created_at=at,
            sealed=secretbox.seal(account), cursor="0",
        )  # fmt: skip
        group = _open(connection, name=name.strip(), kind=kind, zone=by.zone, by=by, at=at)
        sandbox = Sandbox.objects.create(
            name=name.strip(), group=group, connection=connection, clock=at, opened_at=at, created_at=at, by=by
        )  # fmt: skip
        record.audit(by=by, verb="sandbox.create", target=sandbox, at=at, after={"name": name, "kind": kind.name}, group_id=group.pk)
    moving.settle(sandbox, at)
    return sandbox


def _open(connection: Connection, *, name: str, kind: Kind, zone: str, by: User, at: datetime) -> Group:
    """A fresh group in a fresh room, running, with its plan."""
    number = Group.objects.filter(sandbox=True, name__startswith=f"{name} · ").count() + 1
    group = groups.create_group(name=f"{name} · {number}", kind=kind, zone=zone, owner=by, by=by, at=at, sandbox=True)
    group = groups.set_lifecycle(group=group, to=Lifecycle.ACTIVE, by=by, at=at)
    room = f"room-{group.pk}"
    rooms.furnish(connection.credentials["folder"], room, group.name, group_id=group.pk, at=at)
    messaging.bind(group=group, connection=connection, remote_id=room, by=by, at=at)
    content.adopt_plan(group=group, by=by, at=at)
    return group


def act(*, sandbox: Sandbox, act: Act, by: User, at: datetime) -> StoredEvent:
    """Let a member do something; the group's machinery reacts at once. Returns the event as it was understood.

    Raises Forbidden, Invalid, rooms.NotPossible.
    """
    access.demand(by, GroupRight.EDIT, sandbox.group)
    _refuse(act)
    event = _do(sandbox, act, _next(sandbox, at))
    after = {"who": act.persona.name, "deed": act.deed.value, "text": event.text}
    record.audit(by=by, verb="sandbox.act", target=sandbox, at=at, after=after, group_id=sandbox.group_id)
    return event


def _refuse(act: Act) -> None:
    if act.deed in (Deed.SAY, Deed.RENAME) and not act.text.strip():
        raise Invalid(_("Write the text."), field="text")
    if len(act.text) > LONGEST:
        raise Invalid(_("At most %(n)d characters.") % {"n": LONGEST}, field="text")
    if act.deed == Deed.RECALL and act.message is None:
        raise Invalid(_("Choose the message it is about."))


def _next(sandbox: Sandbox, at: datetime) -> datetime:
    """The moment of the next act: a little after the last, or the real time where that is later."""
    return sandbox.now(at) + PACE


def _do(sandbox: Sandbox, act: Act, moment: datetime) -> StoredEvent:
    """The time until then passes, the member acts, everything reacts."""
    moving.move(sandbox, moment)
    remote_id = act.persona.remote_id(sandbox.group_id)
    quoted = (act.message.user_name, act.message.text) if act.message is not None and act.deed in SAYING else None
    text = act.text.strip() if act.deed == Deed.RENAME else said(act.deed, act.text, quoted) if act.deed in SAYING else ""
    message = act.message.remote_message if act.message is not None else ""
    room, folder = sandbox.group.binding.remote_id, sandbox.connection.credentials["folder"]
    key = rooms.do(folder, room, act.deed, user=remote_id, name=act.persona.name, text=text, message=message, at=moment)
    moving.settle(sandbox, moment)
    return StoredEvent.objects.get(connection=sandbox.connection, event_key=key)


def play(*, sandbox: Sandbox, scene: Scene, by: User, at: datetime) -> StoredEvent | None:
    """Play a scene to its end; returns what happened last in it. What a member can no longer do is left out. Raises Forbidden."""
    access.demand(by, GroupRight.EDIT, sandbox.group)
    moment, last = sandbox.now(at), None
    for beat in scene.beats:
        moment += beat.after
        if not beat.who:
            moving.move(sandbox, moment)
            continue
        try:
            last = _do(sandbox, Act(beat.deed, cast.BY_ID[beat.who], beat.text), moment)
        except rooms.NotPossible:  # here already, or muted by now: the scene goes on without it
            continue
    record.audit(by=by, verb="sandbox.play", target=sandbox, at=at, after={"scene": scene.key}, group_id=sandbox.group_id)
    return last


def advance(*, sandbox: Sandbox, jump: Jump, by: User, at: datetime) -> datetime:
    """Put the clock ahead; what falls due on the way happens in order, each at its own moment. Returns where the clock was.

    Raises Forbidden, TooFar.
    """
    access.demand(by, GroupRight.EDIT, sandbox.group)
    before = sandbox.now(at)
    coming = queries.next_slot(sandbox, before)
    to = target(jump, before, zone=sandbox.group.zone, next_slot=coming.due_at if coming else None)
    if to is None:
        raise TooFar(_("Nothing is planned in the coming days. Make a schedule, or move the clock by a week."))
    if to - at > FARTHEST:
        raise TooFar(_("This is more than a year ahead. Reset the sandbox to begin anew."))
    moving.move(sandbox, to)
    record.audit(
        by=by, verb="sandbox.advance", target=sandbox, at=at, before={"clock": before}, after={"clock": to}, group_id=sandbox.group_id
    )
    return before


def listen(*, sandbox: Sandbox, at: datetime) -> None:
    """Hear what has happened since, and send what is due: a person may have acted on another page. The clock stays where it stands."""
    moving.settle(sandbox, sandbox.now(at))


def reset(*, sandbox: Sandbox, by: User, at: datetime) -> Sandbox:
    """Begin anew: a fresh group, fresh people, the present time. The old group is archived, for its audit trail and rules are for good.

    Raises Forbidden.
    """
    access.demand(by, GroupRight.EDIT, sandbox.group)
    old = sandbox.group
    with transaction.atomic():
        sandbox = Sandbox.objects.select_for_update(of=("self",)).select_related("group__kind", "connection").get(pk=sandbox.pk)
        _archive(old, by=by, at=at)
        moving.show(sandbox.connection, at)
        sandbox.group = _open(sandbox.connection, name=sandbox.name, kind=old.kind, zone=old.zone, by=by, at=at)
        sandbox.clock = sandbox.opened_at = at
        sandbox.save(update_fields=["group", "clock", "opened_at"])
        after = {"group": sandbox.group.name}
        record.audit(by=by, verb="sandbox.reset", target=sandbox, at=at, before={"group": old.name}, after=after, group_id=sandbox.group_id)
    moving.settle(sandbox, at)
    return sandbox


def close(*, sandbox: Sandbox, by: User, at: datetime) -> None:
    """Archive its group; the sandbox leaves the list. Raises Forbidden."""
    access.demand(by, GroupRight.EDIT, sandbox.group)
    with transaction.atomic():
        _archive(sandbox.group, by=by, at=at)
        record.audit(by=by, verb="sandbox.close", target=sandbox, at=at, group_id=sandbox.group_id)


def _archive(group: Group, *, by: User, at: datetime) -> None:
    """Nothing is said there any more."""
    group.refresh_from_db(fields=["lifecycle"])
    if group.lifecycle != Lifecycle.ARCHIVED:
        groups.set_lifecycle(group=group, to=Lifecycle.ARCHIVED, by=by, at=at)
