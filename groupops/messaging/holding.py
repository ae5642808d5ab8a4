"""Pauses: which deliveries they hold back, as conditions of one query. docs/reference/delivery.md says what they never hold."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop as _

from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.messaging.adapter import ENFORCING, SAYING, Operation
from groupops.messaging.models import Connection, Delivery, Pause
from groupops.messaging.policy import Sort, sort_of

SILENT = (Lifecycle.PAUSED, Lifecycle.ARCHIVED)  # groups in these states get nothing at all
Place = Connection | Group | None  # what a pause is about; None: everything
OPERATIONS: dict[Sort, tuple[Operation, ...]] = {Sort.SPEAKING: SAYING, Sort.ENFORCING: ENFORCING}
# Behind a condition's EXISTS: PostgreSQL then plans it by itself. Joined to the rest, six of them took ten times as long to plan as to run.
APART = "LIMIT 1 OFFSET 0"
HELD = _("It was paused just before it would have left.")


def at_place(place: Place) -> Q:
    """The pauses of a place itself, not of what lies around or in it."""
    match place:
        case Connection():
            return Q(connection=place)
        case Group():
            return Q(group=place)
    return Q(connection=None, group=None)


def within(place: Place) -> Q:
    """The deliveries of a place."""
    match place:
        case Connection():
            return Q(connection=place)
        case Group():
            return Q(group=place)
    return Q()


def held(*, apart_from: Collection[int] = ()) -> Q:
    """The deliveries that a pause holds back. `apart_from`: as if the pauses of these ids were over."""
    reaches = Q(connection=None, group=None) | Q(connection=OuterRef("connection")) | Q(group=OuterRef("group"))
    found = Pause.objects.filter(reaches).exclude(pk__in=apart_from) if apart_from else Pause.objects.filter(reaches)
    either = Q()
    for sort, operations in OPERATIONS.items():
        either |= Q(operation__in=operations) & Q(Exists(found.filter(sort=sort)))
    return either


def free() -> Q:
    """The deliveries that no pause holds back. Lifting a mute or a ban is always free."""
    return ~held()


def free_row() -> str:
    """`free` for one row of the deliveries whose sort is known, as SQL: a query that is built anew costs more than it takes.

    Its one parameter is the sort; None, which no pause stops, is always free.
    """
    pauses, rows = Pause._meta.db_table, Delivery._meta.db_table
    reaches = f"""
        p.connection_id IS NULL AND p.group_id IS NULL OR p.connection_id = {rows}.connection_id OR p.group_id = {rows}.group_id
    """
    return f"NOT EXISTS (SELECT 1 FROM {pauses} p WHERE p.sort = %s AND ({reaches.strip()}) {APART})"  # noqa: S608  (our own names)


def operations(sorts: Collection[Sort]) -> list[Operation]:
    """What pauses of these sorts stop."""
    return [operation for sort in sorts for operation in OPERATIONS[sort]]


def is_held(delivery: Delivery) -> bool:
    """Whether a pause holds this one back now; one query."""
    return pauses_of(delivery).exists()


def pauses_of(delivery: Delivery) -> QuerySet[Pause]:
    """The pauses that hold a delivery back, oldest first."""
    reaches = Q(connection=None, group=None) | Q(group=delivery.group_id)
    if delivery.connection_id:
        reaches |= Q(connection=delivery.connection_id)
    return Pause.objects.filter(reaches, sort=sort_of(delivery.operation)).select_related("by", "connection", "group").order_by("at", "pk")
