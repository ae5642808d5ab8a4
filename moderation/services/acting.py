"""What a decision does: its measures, each one delivery of the outbox, in the order in which they ought to leave."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop, override

from groupops.messaging import outbox
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Delivery
from groupops.messaging.moves import move
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import DeliveryState, Step, key_of
from groupops.shared.placeholders import fill
from moderation import addresses, queries
from moderation.models import Case, Decision, Evidence, Measure, Strike
from moderation.policy import Act, LadderRule, MeasureState, Offence, Rung, Words, ladder_of, told
from moderation.policy.offences import SAID

PURPOSE = "measure"
SAY_WITHIN = timedelta(days=1)
ENFORCE_WITHIN = timedelta(days=7)
BY_HAND_WITHIN = timedelta(days=30)
# What an appeal led to: it must reach the member, wherever they are by now.
OUTCOMES = frozenset({Act.APOLOGY, Act.ANSWER})
UNTOLD = gettext_noop("They could not be told by the platform, as who is out of the group often cannot: write to them, then confirm.")
APPEAL = "如有误判，{days} 天内可以申诉：{link} ，或私聊回复“申诉”加上理由。"
SOMEBODY = "这位群友"
OPERATIONS: dict[Act, Operation] = {
    Act.REMIND: Operation.SEND_GROUP,
    Act.EXPLAIN: Operation.SEND_DIRECT,
    Act.WARN: Operation.SEND_DIRECT,
    Act.APOLOGY: Operation.SEND_DIRECT,
    Act.ANSWER: Operation.SEND_DIRECT,
    Act.RECALL: Operation.DELETE_MESSAGE,
    Act.MUTE: Operation.MUTE,
    Act.UNMUTE: Operation.UNMUTE,
    Act.REMOVE: Operation.KICK,
    Act.BLACKLIST: Operation.BAN,
    Act.READMIT: Operation.UNBAN,
}
# What is said leaves after the message is gone and before its author is.
ORDER = (
    Act.RECALL,
    Act.MUTE,
    Act.REMIND,
    Act.EXPLAIN,
    Act.WARN,
    Act.REMOVE,
    Act.BLACKLIST,
    Act.UNMUTE,
    Act.READMIT,
    Act.APOLOGY,
    Act.ANSWER,
)
PRIVATE = frozenset({Act.EXPLAIN, Act.WARN})


def carry_out(
    *, case: Case, decision: Decision, rung: Rung, rule: LadderRule, strike: Strike | None, at: datetime, due_at: datetime
) -> list[Measure]:
    """The measures of a step. Whoever is muted or removed is also told why, privately. `due_at`: when they leave."""
    said = list(case.evidence.order_by("at", "pk"))
    acts = [act for act in ORDER if act in _with_word(rung, strike)]
    made = []
    for act in acts:
        about = [one.message for one in said if one.message and one.taken_back_at is None] if act == Act.RECALL else [""]
        until = due_at + timedelta(hours=rung.mute_hours) if act == Act.MUTE else None
        text = _text(act, case=case, rung=rung, rule=rule, strike=strike, said=said, at=at)
        made += [
            act_on(case=case, decision=decision, act=act, said=said, text=text, about=one, until=until, at=at, due_at=due_at)
            for one in about
        ]
    return made


def _with_word(rung: Rung, strike: Strike | None) -> set[Act]:
    """The acts of a step, and a private word where it would otherwise come without any."""
    acts = set(rung.acts)
    silent = not acts & PRIVATE and (rung.removes or Act.MUTE in acts)
    return acts | {Act.EXPLAIN} if silent and strike else acts


def act_on(
    *,
    case: Case,
    decision: Decision,
    act: Act,
    said: Sequence[Evidence],
    text: str = "",
    about: str = "",
    until: datetime | None = None,
    ask: str = "",
    at: datetime,
    due_at: datetime,
) -> Measure:
    """One measure and its delivery; the same again is the same row. `ask`: a msgid, why a person is to agree on the send desk first."""
    values = {"case": case, "until": until, "at": at}
    measure, _made = Measure.objects.get_or_create(decision=decision, act=act, about=about, defaults=values)
    user, name = whom(case, said)
    wish = Wish(
        OPERATIONS[act],
        text=text,
        user=user,
        user_name=name,
        message=about if act == Act.RECALL else "",
        until=until,
        urgent=act not in PRIVATE | {Act.REMIND},
    )
    says = wish.operation in (Operation.SEND_GROUP, Operation.SEND_DIRECT) and act not in OUTCOMES
    within = SAY_WITHIN if says else ENFORCE_WITHIN
    ends = due_at + within
    delivery = outbox.act(wish, purpose=PURPOSE, subject_id=measure.pk, group=case.group, due_at=due_at, expires_at=ends, at=at)
    if ask and delivery.state == DeliveryState.DUE:
        move(delivery, DeliveryState.WAITING_PERSON, at=at, why=ask)
    if ask:
        measure.why = ask
        measure.save(update_fields=["why"])
    return measure


def by_hand(delivery: Delivery, *, at: datetime) -> None:
    """A word that failed becomes a card of the send desk, once; in place of the failure. In the transaction that settles it.

    Direct → assisted, as the table of degradations has it: who was removed shares no group with the account any more, and many
    platforms then deliver nothing.
    """
    wish = Wish(Operation(delivery.operation), text=delivery.text, user=delivery.user, user_name=delivery.user_name, urgent=True)
    card = outbox.act(
        wish,
        purpose=PURPOSE,
        subject_id=delivery.subject_id,
        group=delivery.group,
        due_at=at,
        expires_at=at + BY_HAND_WITHIN,
        at=at,
        part=2,
    )
    move(delivery, DeliveryState.CANCELLED, at=at, why=UNTOLD)
    if card.state == DeliveryState.DUE:
        move(card, DeliveryState.WAITING_PERSON, at=at, why=UNTOLD, step=Step.BY_HAND)
    Measure.objects.filter(pk=delivery.subject_id).update(state=MeasureState.WAITING, done_at=None, why="")


def whom(case: Case, said: Sequence[Evidence]) -> tuple[str, str]:
    """By which account the member is addressed: the one that said it last, else the person's."""
    person = case.membership.person
    return (said[-1].author if said and said[-1].author else person.remote_id), person.name


def _text(act: Act, *, case: Case, rung: Rung, rule: LadderRule, strike: Strike | None, said: Sequence[Evidence], at: datetime) -> str:
    words = queries.words_of(case.group)
    template = _template(act, rung, words)
    return fill(template, values(case=case, rung=rung, rule=rule, strike=strike, said=said, at=at)) if template else ""


def _template(act: Act, rung: Rung, words: Words) -> str:
    if act == Act.REMIND:
        return words.remind
    if act not in PRIVATE:
        return ""
    if rung.removes:
        return words.removed
    if Act.MUTE in rung.acts:
        return words.muted
    return words.warn if act == Act.WARN else words.explain


def values(
    *, case: Case, rung: Rung, rule: LadderRule, strike: Strike | None, said: Sequence[Evidence], at: datetime, why: str = ""
) -> dict[str, str]:
    """What fills the texts. Nothing of it repeats what was found."""
    ladder = ladder_of(Offence(case.offence))
    counted = queries.standings([case.membership_id], at)[case.membership_id, ladder]
    rungs = rule.rungs(ladder)
    following = rungs[min(max(counted, 0), len(rungs) - 1)]
    reason = why or case.explanation
    return {
        "name": clean_name(case.membership.person.name, said),
        "group": case.group.name,
        "offence": SAID[case.offence],
        "why": f"说明：{reason}。" if reason else "",
        "count": str(max(counted, 1)),
        "next": _in_chinese(following),
        "hours": str(rung.mute_hours),
        "appeal": APPEAL.format(days=rule.appeal_days, link=addresses.address_of(strike)) if strike else "",
    }


def _in_chinese(rung: Rung) -> str:
    """What members read is Chinese, whoever decides."""
    with override("zh-hans"):
        return told(rung)


def clean_name(name: str, said: Iterable[Evidence]) -> str:
    """The name, unless it bears what was found: a reminder must not say it again."""
    found = {one.text[start:end] for one in said for start, end in one.spans if end > start}
    return SOMEBODY if any(part and part in name for part in found) else name


def call_off(deliveries: Iterable[Delivery], *, why: str, at: datetime) -> bool:
    """Withdraw what has not left, of `locked` deliveries; False where one has, or is just leaving."""
    settled = (DeliveryState.CANCELLED, DeliveryState.FAILED, DeliveryState.MISSED)
    return not [one for one in deliveries if one.state not in settled and not outbox.withdraw(one, why=why, at=at)]


def locked(case: Case, measures: Iterable[int]) -> list[Delivery]:
    """Their deliveries, in order. Settling locks the delivery before the measure: so does everybody."""
    keys = [key_of(PURPOSE, pk, case.group_id) for pk in measures]
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("group").filter(key__in=keys)
    return list(rows.order_by("pk"))


def waiting(case: Case) -> list[int]:
    """The measures of a case that are on their way."""
    return list(case.measures.filter(state=MeasureState.WAITING).order_by("pk").values_list("pk", flat=True))
