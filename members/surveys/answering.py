"""Answers: sent behind a link, matched with a member or kept sealed until a person says whose they are."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared import secretbox
from groupops.shared.errors import Conflict
from members.importing import queries as importing
from members.models import FieldValue, FormAnswer, MemberForm, Membership, ProfileField
from members.surveying import MOST_ANSWERS, MOST_UNMATCHED, AnswerState, takes, whose
from members.surveys import queries, values
from members.surveys.values import Said


class Closed(Conflict):
    """The form takes no answers now."""


class Answered(Conflict):
    """One answer a member, and this one has given it."""


class Settled(Conflict):
    """It is known already whose the answer is, or nobody of the group is meant."""


def answer(*, form: MemberForm, membership: Membership, said: Mapping[int, str], at: datetime) -> FormAnswer:
    """Somebody answers by their own link. `said`: field → value, read already. Raises Closed, Answered."""
    _demand_open(form, at)
    return _matched(form, membership, said, at)


def answer_in_group(*, form: MemberForm, group: Group, name: str, account: str, said: Mapping[int, str], at: datetime) -> FormAnswer:
    """Somebody answers by the link of a group: as the member whom name or account names, else for a person to assign.

    Raises Closed, Answered.
    """
    _demand_open(form, at)
    known = importing.known(group, importing.realm_of(group), [account] if account else [])
    found = whose(name, account, known)
    if found is not None and found.membership is not None:
        return _matched(form, Membership.objects.get(pk=found.membership), said, at, name=name, account=account)
    if FormAnswer.objects.filter(form=form, state=AnswerState.UNMATCHED).count() >= MOST_UNMATCHED:
        raise Closed(_("So many have answered that somebody has to look first. Come back tomorrow."))
    sealed = secretbox.seal({"values": {str(pk): text for pk, text in said.items() if text}})
    return FormAnswer.objects.create(
        form=form, form_version=form.version, group=group, name=name, account=account, sealed=sealed, single=not form.several,
        state=AnswerState.UNMATCHED, at=at,
    )  # fmt: skip


def _demand_open(form: MemberForm, at: datetime) -> None:
    if not takes(state=form.state, opens_at=form.opens_at, closes_at=form.closes_at, at=at):
        raise Closed(_("This form takes no answers at the moment."))
    if FormAnswer.objects.filter(form=form).count() >= MOST_ANSWERS:
        raise Closed(_("This form has all the answers it can hold. Ask whoever sent it to you."))


def _matched(
    form: MemberForm, membership: Membership, said: Mapping[int, str], at: datetime, *, name: str = "", account: str = ""
) -> FormAnswer:
    try:
        with transaction.atomic():
            row = FormAnswer.objects.create(
                form=form, form_version=form.version, group_id=membership.group_id, membership=membership, name=name, account=account,
                single=not form.several, state=AnswerState.MATCHED, at=at,
            )  # fmt: skip
            values.keep(said=_said(membership.pk, said), at=at, answer=row)
    except IntegrityError:
        raise Answered(_("You have answered this form already. To correct something, tell whoever sent it to you.")) from None
    return row


def _said(membership_id: int, said: Mapping[int, str]) -> list[Said]:
    fields = ProfileField.objects.in_bulk(list(said))
    return [Said(membership_id, fields[pk], text) for pk, text in said.items() if pk in fields]


def assign(*, answer: FormAnswer, membership: Membership, by: User, at: datetime) -> FormAnswer:
    """This is the answer of that member, says a person. Raises Forbidden, Settled, Answered."""
    access.demand(by, GroupRight.CARE, answer.group)
    if membership.group_id != answer.group_id:
        raise Settled(_("This person is not in the group that was asked."))
    try:
        with transaction.atomic():
            row = FormAnswer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
            if row.state == AnswerState.MATCHED:
                raise Settled(_("It is known already whose answer this is."))
            said = queries.sealed_values(row)
            row.membership, row.state, row.sealed, row.settled_by, row.settled_at = membership, AnswerState.MATCHED, "", by, at
            row.save(update_fields=["membership", "state", "sealed", "settled_by", "settled_at"])
            values.keep(said=_said(membership.pk, said), at=row.at, answer=row, by=by)
            record.audit(by=by, verb="answer.assign", target=row, at=at, group_id=row.group_id, after={"member": membership.pk})
    except IntegrityError:
        raise Answered(_("This member has answered the form already, and it takes one answer.")) from None
    return row


def unassign(*, answer: FormAnswer, by: User, at: datetime) -> None:
    """It is not theirs after all: what it said leaves their profile, and it waits again. Only of one that a person assigned."""
    access.demand(by, GroupRight.CARE, answer.group)
    with transaction.atomic():
        row = FormAnswer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
        if row.state != AnswerState.MATCHED or row.settled_by_id is None:
            raise Settled(_("Nobody has assigned this answer."))
        said = list(FieldValue.objects.filter(answer=row))
        row.sealed = secretbox.seal({"values": {str(one.field_id): queries.plain(one) for one in said}})
        values.take_back(rows=said)
        row.membership, row.state, row.settled_by, row.settled_at = None, AnswerState.UNMATCHED, None, None
        row.save(update_fields=["membership", "state", "sealed", "settled_by", "settled_at"])
        record.audit(by=by, verb="answer.unassign", target=row, at=at, group_id=row.group_id)


def leave_aside(*, answer: FormAnswer, aside: bool, by: User, at: datetime) -> None:
    """It is of nobody in the group, or it is looked at again. Raises Forbidden, Settled."""
    access.demand(by, GroupRight.CARE, answer.group)
    was, to = (AnswerState.UNMATCHED, AnswerState.DROPPED) if aside else (AnswerState.DROPPED, AnswerState.UNMATCHED)
    with transaction.atomic():
        settled = {"settled_by": by if aside else None, "settled_at": at if aside else None}
        if not FormAnswer.objects.filter(pk=answer.pk, state=was).update(state=to, **settled):
            raise Settled(_("It is known already whose answer this is."))
        verb = "answer.aside" if aside else "answer.restore"
        record.audit(by=by, verb=verb, target=answer, at=at, group_id=answer.group_id)
