"""Models are learned, take each other's place, and are gone back to."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared.errors import Conflict
from moderation.detection.model import Model
from moderation.learning import queries, verdicts
from moderation.learning.measuring import Measured, measured
from moderation.models import LearnedModel
from moderation.policy.learning import ANEW, KEPT, ModelState, NotReplaced, missing, verdict


class CannotGoBack(Conflict):
    """That version is in use, or has no weights any more."""


def learn_next(*, at: datetime) -> LearnedModel | None:
    """Learn the model of one group: the one with most new verdicts, of those that have enough."""
    for group in verdicts.new_by_group(ANEW):
        if row := learn(group=Group.objects.get(pk=group), at=at):
            return row
    return None


def learn(*, group: Group, at: datetime, anew: int = ANEW) -> LearnedModel | None:
    """A new version of a group's model, in use if it is good enough and no worse than the one before; None: too few verdicts.

    `anew`: so many of them must be newer than the newest version. Takes seconds of CPU, outside of any transaction; where two do it at
    once, the second's is dropped.
    """
    known, newest = verdicts.judged(group), LearnedModel.objects.filter(group=group).aggregate(at=Max("at"))["at"]
    new = sum(1 for one in known if newest is None or one.at > newest)
    offences = sum(one.offence for one in known)
    said = verdicts.ordinary(group, at)
    if missing(offences, len(known) - offences + len(said), new, anew=anew):
        return None
    current = LearnedModel.objects.filter(group=group, state=ModelState.CURRENT).first()
    before = queries.loaded(current.pk) if current else None
    base = queries.base()
    found = measured(known, said, base=base[1] if base else None, before=before, since=current.at if current else None)
    why = verdict(precision=found.queue.precision, recall=found.queue.recall, wrong=found.wrong, wrong_before=found.wrong_before)
    try:
        with transaction.atomic():
            return _kept(group, found, why, at)
    except IntegrityError:
        return None


def _kept(group: Group, found: Measured, why: NotReplaced, at: datetime) -> LearnedModel:
    """The version as a row; the one before steps back where this one is used."""
    rows = LearnedModel.objects.filter(group=group)
    if not why:
        rows.filter(state=ModelState.CURRENT).update(state=ModelState.FORMER)
    state = ModelState.REFUSED if why else ModelState.CURRENT
    weights = None if why else found.model.save()
    number = (rows.aggregate(n=Max("version"))["n"] or 0) + 1
    made = LearnedModel.objects.create(group=group, version=number, state=state, at=at, why=why, weights=weights, **found.columns())
    _forget(group)
    return made


def _forget(group: Group | None) -> None:
    """Only the last versions keep their weights."""
    rows = LearnedModel.objects.filter(group=group, weights__isnull=False).exclude(state=ModelState.CURRENT)
    old = list(rows.order_by("-version").values_list("pk", flat=True)[KEPT - 1 :])
    LearnedModel.objects.filter(pk__in=old).update(weights=None)


def go_back(*, model: LearnedModel, by: User, at: datetime) -> LearnedModel:
    """Use a former version of the same group again, until new verdicts make the next. Raises Forbidden, CannotGoBack."""
    group = model.group
    if group is None:
        raise CannotGoBack(_("A base is replaced by the command train_detector."))
    access.demand(by, GroupRight.EDIT, group)
    with transaction.atomic():
        rows = {row.pk: row for row in LearnedModel.objects.select_for_update().filter(group=group).order_by("pk")}
        row = rows[model.pk]
        if row.state != ModelState.FORMER or row.weights is None:
            raise CannotGoBack(_("Version %(n)d cannot be used: it is in use, or its weights are gone.") % {"n": row.version})
        now = next((one for one in rows.values() if one.state == ModelState.CURRENT), None)
        LearnedModel.objects.filter(group=group, state=ModelState.CURRENT).update(state=ModelState.FORMER)
        row.state, row.by = ModelState.CURRENT, by
        row.save(update_fields=["state", "by"])
        before = {"version": now.version} if now else None
        record.audit(by=by, verb="model.go_back", target=row, at=at, group_id=group.pk, before=before, after={"version": row.version})
    return row


def install_base(*, model: Model, at: datetime, **columns: float) -> LearnedModel:
    """A model that the operator trained from a file, as the base of every group's from now on; groups without one of their own use it."""
    with transaction.atomic():
        rows = LearnedModel.objects.filter(group=None)
        rows.filter(state=ModelState.CURRENT).update(state=ModelState.FORMER)
        number = (rows.aggregate(n=Max("version"))["n"] or 0) + 1
        told = {"queue": model.queue, "automatic": model.automatic, "weights": model.save(), **columns}
        made = LearnedModel.objects.create(group=None, version=number, state=ModelState.CURRENT, at=at, **told)
        _forget(None)
    return made
