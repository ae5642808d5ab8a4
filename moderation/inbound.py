"""React: what is against the rules, before anything else is done with a message (settings.INBOUND_PIPELINE)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.models import StoredEvent
from groupops.inbound.turn import Batch, Turn, step
from groupops.messaging.adapter import EventKind
from groupops.shared import clock
from members.models import DailyActivity, Membership
from moderation import services as moderation
from moderation.detection.messages import Message
from moderation.detection.rules import COUNTING, RuleKind, Screens
from moderation.models import Case, Rule
from moderation.policy import CaseState, Offence, RuleState, Source
from moderation.policy.active import is_active, is_labelled
from moderation.queries.rules import detector_of, rules_for
from moderation.services import Noticed, Report

SCREEN = "moderation.inbound.screen"
PUNISHED = gettext_noop("Against the rules: %(offence)s. It is dealt with as case %(case)d.")
QUEUED = gettext_noop("Perhaps against the rules: %(offence)s. People judge it as case %(case)d.")
COUNTED = gettext_noop("Rule “%(rule)s” would have caught it; it only counts.")
REPORTED = gettext_noop("A member reported a message: case %(case)d.")
LOOK_BACK = timedelta(minutes=15)
MOST_BEFORE = 1000
REPORT = ("举报", "/report")


@step(_("Rules of conduct"))
def screen(batch: Batch) -> None:
    """Look at everything that was said; open cases, act where a rule is certain. What is punished at once goes no further."""
    turns = {turn.event_id: turn for turn in batch.live(EventKind.MESSAGE) if turn.membership_id is not None and turn.text}
    gone = gone_in(batch)
    if gone:
        _taken_back(gone, batch)
    rules = rules_for({turn.group_id for turn in turns.values()}) if turns else {}
    noticed, caught = look(turns, rules, gone)
    reports = reports_in(turns)
    if noticed or reports:
        _note(turns, noticed, reports, moderation.notice(noticed=noticed, reports=reports, at=batch.received_at))
    if caught:
        moderation.count(hits=caught)


def gone_in(batch: Batch) -> dict[tuple[int, str], tuple[str, datetime]]:
    """Recalled messages, by group and remote id: by whom and when."""
    turns = batch.live(EventKind.MESSAGE_DELETED)
    return {(turn.group_id, turn.message): (turn.operator or turn.remote_user, turn.at) for turn in turns if turn.message}


def _taken_back(gone: Mapping[tuple[int, str], tuple[str, datetime]], batch: Batch) -> None:
    rows = [(message, who, when) for (_group, message), (who, when) in gone.items()]
    moderation.take_back(gone=rows, group_ids={group for group, _message in gone}, at=batch.received_at)


Caught = Counter[tuple[int, int, date, bool]]


class Past:
    """What a look needs besides the messages; where a history is played again (moderation.rehearsals), not from the database."""

    def before(self, turns: Sequence[Turn]) -> list[Message]:
        """What was said in these groups shortly before."""
        return _before(turns)

    def posts(self, turns: Iterable[Turn]) -> dict[int, tuple[int, datetime]]:
        """By membership: how much they had said, and since when they are here."""
        return _posts(turns)

    def detector(self, rules: list[Rule]) -> Screens:
        """What looks for these rules."""
        return detector_of(rules)


LIVE = Past()


def look(
    turns: Mapping[int, Turn],
    rules: Mapping[int, list[Rule]],
    gone: Mapping[tuple[int, str], tuple[str, datetime]],
    past: Past = LIVE,
) -> tuple[list[Noticed], Caught]:
    """What the rules of each group see; those in rehearsal only count. One pass of a detector for all groups of one set of rules."""
    sets: defaultdict[tuple[int, ...], list[Turn]] = defaultdict(list)
    by_key: dict[tuple[int, ...], list[Rule]] = {}
    for turn in turns.values():
        if in_use := rules.get(turn.group_id):
            key = tuple(rule.pk for rule in in_use)
            sets[key].append(turn)
            by_key[key] = in_use
    noticed: list[Noticed] = []
    caught: Caught = Counter()
    for key, said in sets.items():
        here = {rule.pk: rule for rule in by_key[key]}
        sorts = {rule.sort for rule in here.values()}
        before = past.before(said) if sorts & COUNTING else []
        posts = past.posts(said) if RuleKind.PROBATION in sorts else {}
        messages = [message_of(turn, *posts.get(turn.membership_id or 0, (999, None))) for turn in said]
        for hit in past.detector(list(here.values())).screen(messages, before):
            rule, turn = here[hit.rule], turns[hit.message]
            if not _looks(rule, turn):
                continue
            only = rule.state == RuleState.REHEARSAL
            caught[rule.pk, turn.group_id, clock.local(turn.at, turn.zone).date(), only] += 1
            if only:
                turn.note(SCREEN, COUNTED, rule=rule.name)
            else:
                noticed.append(_noticed(turn, rule, hit.score, hit.spans, hit.reason, hit.parameters, gone))
    return noticed, caught


def _looks(rule: Rule, turn: Turn) -> bool:
    hours = {"from_hour": rule.from_hour, "until_hour": rule.until_hour}
    active = is_active(turn.at, turn.zone, starts_at=rule.starts_at, ends_at=rule.ends_at, **hours)
    return active and not is_labelled(turn.text, rule.exempt_labels)


def message_of(turn: Turn, posts: int, joined_at: datetime | None) -> Message:
    return Message(
        key=turn.event_id,
        group=turn.group_id,
        author=turn.person_id or 0,
        at=turn.at,
        text=turn.text,
        posts_before=posts,
        joined_at=joined_at,
        mentions=turn.text.count("@"),
        pictures=turn.text.count("[图片]"),
        mentions_all="@所有人" in turn.text or "@全体成员" in turn.text,
    )


def _before(turns: Sequence[Turn]) -> list[Message]:
    """What was said in these groups shortly before, for the rules that count; at most MOST_BEFORE."""
    first, groups = min(turn.at for turn in turns), {turn.group_id for turn in turns}
    rows = StoredEvent.objects.filter(
        group__in=groups, kind=EventKind.MESSAGE, occurred_at__gte=first - LOOK_BACK, person_id__isnull=False, own=False
    ).exclude(pk__in=[turn.event_id for turn in turns])
    found = rows.order_by("-occurred_at", "-pk").values_list("pk", "group", "person_id", "occurred_at", "text")[:MOST_BEFORE]
    return [Message(key=pk, group=group or 0, author=person or 0, at=at, text=text) for pk, group, person, at, text in found]


def _posts(turns: Iterable[Turn]) -> dict[int, tuple[int, datetime]]:
    """How much each member had said before, and since when they are here."""
    members = {turn.membership_id for turn in turns if turn.membership_id}
    joined = dict(Membership.objects.filter(pk__in=members).values_list("pk", "joined_at"))
    said = DailyActivity.objects.filter(membership__in=members).order_by().values_list("membership").annotate(n=Sum("messages"))
    counted = dict(said)
    return {pk: (counted.get(pk) or 0, at) for pk, at in joined.items()}


def _noticed(
    turn: Turn,
    rule: Rule | None,
    score: float,
    spans: Sequence[tuple[int, int]],
    reason: str,
    parameters: Mapping[str, str | int],
    gone: Mapping[tuple[int, str], tuple[str, datetime]],
) -> Noticed:
    back = gone.get((turn.group_id, turn.message))
    return Noticed(
        event_id=turn.event_id,
        group_id=turn.group_id,
        membership_id=turn.membership_id or 0,
        author=turn.remote_user,
        message=turn.message,
        text=turn.text,
        at=turn.at,
        day=clock.local(turn.at, turn.zone).date(),
        offence=Offence(rule.offence) if rule else Offence.OFF_TOPIC,
        source=Source.MODEL if rule and rule.sort == RuleKind.MODEL else Source.RULE,
        rule=rule,
        certain=bool(rule and rule.certain),
        score=score,
        spans=tuple(spans),
        reason=reason,
        parameters=dict(parameters),
        taken_back=back is not None and back[0] == turn.remote_user,
    )


def reports_in(turns: Mapping[int, Turn]) -> list[Report]:
    """举报: a reply that says so, to a message that we know and whose author is somebody else."""
    asking = {turn.event_id: turn for turn in turns.values() if turn.reply_to and turn.text.strip().lower().startswith(REPORT)}
    if not asking:
        return []
    groups = {turn.group_id for turn in asking.values()}
    rows = StoredEvent.objects.filter(group__in=groups, remote_message__in=[turn.reply_to for turn in asking.values()], own=False)
    said = {(row.group_id, row.remote_message): row for row in rows.order_by("pk") if row.person_id and row.kind == EventKind.MESSAGE}
    members = _members({(row.person_id or 0, row.group_id or 0) for row in said.values()})
    found = []
    for turn in asking.values():
        row = said.get((turn.group_id, turn.reply_to))
        member = members.get((row.person_id or 0, row.group_id or 0)) if row else None
        if row is not None and member is not None and member != turn.membership_id:
            found.append(Report(turn.membership_id or 0, _reported(row, member, turn)))
    return found


def _reported(row: StoredEvent, member: int, turn: Turn) -> Noticed:
    return Noticed(
        event_id=row.pk,
        group_id=turn.group_id,
        membership_id=member,
        author=row.remote_user,
        message=row.remote_message,
        text=row.text,
        at=row.occurred_at,
        day=clock.local(row.occurred_at, turn.zone).date(),
        offence=Offence.OFF_TOPIC,
        source=Source.REPORT,
        counted=True,
    )


def _members(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    persons, groups = {person for person, _group in pairs}, {group for _person, group in pairs}
    rows = Membership.objects.filter(person__in=persons, group__in=groups, same_as=None)
    return {(person, group): pk for person, group, pk in rows.values_list("person", "group", "pk")}


def _note(turns: Mapping[int, Turn], noticed: Sequence[Noticed], reports: Sequence[Report], cases: Mapping[int, Case]) -> None:
    for one in noticed:
        turn, case = turns[one.event_id], cases[one.event_id]
        if turn.stopped:
            continue
        offence = str(case.get_offence_display())
        if case.state == CaseState.PUNISHED:
            turn.stop(SCREEN, PUNISHED, offence=offence, case=case.pk)
        else:
            turn.note(SCREEN, QUEUED, offence=offence, case=case.pk)
    reported = {one.noticed.message: cases[one.noticed.event_id].pk for one in reports}
    for turn in turns.values():
        if turn.reply_to in reported and not turn.stopped and turn.text.strip().lower().startswith(REPORT):
            turn.stop(SCREEN, REPORTED, case=reported[turn.reply_to])
