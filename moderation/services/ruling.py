"""Rules and word lists are written: each change is a version, so that a case says by which one it was judged."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import Scope
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid
from moderation.detection import dayone, lists
from moderation.detection.rules import RuleKind, parse
from moderation.models import Rule, WordList
from moderation.policy import Offence, RuleState
from moderation.policy.learning import LEARNED
from moderation.policy.states import RULE_MOVES

LONGEST_LIST = 1024 * 1024  # characters of a list as it is brought
PLACEHOLDER = "占位"  # a rule whose words all stand in lists is checked with one
TOLD = ("name", "scope", "kind_id", "group_id", "sort", "offence", "severity", "certain", "removes_alone", "explanation", "settings")
# What detection calls an offence, and what it is here.
SHIPPED = {
    dayone.ADVERTS: Offence.ADVERT,
    dayone.OFF_TOPIC: Offence.NOISE,
    dayone.JOBS: Offence.JOB,
    dayone.PROMOTED: Offence.PROMOTION,
    dayone.PAID_UNLABELLED: Offence.PAID,
}
GENTLE = {RuleKind.CODE: Offence.CODE, RuleKind.ARTICLE: Offence.ARTICLE, RuleKind.COOPERATION: Offence.COOPERATION}


class NameTaken(Conflict):
    """Another rule or list is called so."""


class NoSuchMove(Conflict):
    """A rule does not go there from where it is."""


def demand(by: User, group: Group | None) -> None:
    """Rules of one group are its editors'; all others those of the site's policies. Raises Forbidden."""
    if group is not None:
        access.demand(by, GroupRight.EDIT, group)
    else:
        access.demand_on_site(by, Right.MANAGE_POLICY)


def save_rule(*, rule: Rule | None, values: Mapping[str, Any], word_lists: Iterable[WordList] = (), by: User, at: datetime) -> Rule:
    """Make a rule (as a draft), or change it, which is a new version. Raises Forbidden, BadSettings, Invalid, NameTaken."""
    row = Rule.objects.select_related("group").get(pk=rule.pk) if rule else Rule(state=RuleState.DRAFT, version=0)
    if rule is not None:
        demand(by, row.group)
    before = {name: getattr(row, name) for name in TOLD}
    for name, value in values.items():
        setattr(row, name, value)
    demand(by, row.group)
    chosen = list(word_lists)
    row.settings = checked(row, chosen)
    row.version, row.changed_at, row.changed_by = row.version + 1, at, by
    try:
        with transaction.atomic():
            row.save()
            row.lists.set(chosen)
            old, new = record.differing(before, {name: getattr(row, name) for name in TOLD})
            verb = "rule.change" if rule else "rule.create"
            record.audit(by=by, verb=verb, target=row, at=at, group_id=row.group_id, before=old, after=new | {"version": row.version})
    except IntegrityError:
        raise NameTaken(_("Another rule has this name already."), field="name") from None
    return row


def checked(row: Rule, chosen: list[WordList]) -> dict[str, Any]:
    """The settings of a rule as they are kept; a rule of words may have all of its words in lists. Raises BadSettings, Invalid."""
    kind, own = RuleKind(row.sort), dict(row.settings)
    if row.removes_alone and not row.certain:
        raise Invalid(_("Only a rule that acts by itself can remove by itself."), field="removes_alone")
    if kind == RuleKind.MODEL and row.offence not in LEARNED:
        raise Invalid(_("A model learns adverts and promotion only. Everything else is for people to judge."), field="offence")
    if kind == RuleKind.WORDS and chosen:
        words = own.get("words", [])
        parse(kind, own | {"words": [*words, *(line for one in chosen for line in one.lines)]})
        return parse(kind, own | {"words": words or [PLACEHOLDER]}) | {"words": list(words)}
    return parse(kind, own)


def move_rule(*, rule: Rule, to: RuleState, by: User, at: datetime) -> Rule:
    """Draft, rehearsal, live, off. Raises Forbidden, NoSuchMove."""
    demand(by, rule.group)
    with transaction.atomic():
        row = Rule.objects.select_for_update(of=("self",)).select_related("group").get(pk=rule.pk)
        was = RuleState(row.state)
        if to not in RULE_MOVES[was]:
            raise NoSuchMove(_("The rule is “%(state)s” now: look at it again.") % {"state": row.get_state_display()})
        row.state, row.changed_at, row.changed_by = to, at, by
        row.save(update_fields=["state", "changed_at", "changed_by"])
        record.audit(by=by, verb="rule.move", target=row, at=at, group_id=row.group_id, before={"state": was}, after={"state": to})
    return row


def save_list(*, word_list: WordList | None, name: str, category: str, words: str | bytes, by: User, at: datetime) -> tuple[WordList, int]:
    """Make or replace a list from lines, CSV or JSON; with how many lines were left out. Raises Forbidden, BadSettings, NameTaken."""
    demand(by, None)
    parsed = lists.parse(words if isinstance(words, bytes) else words.encode())
    row = word_list or WordList(version=0)
    row.name, row.category, row.words = name.strip(), category.strip(), lists.written(parsed.words).rstrip("\n")
    row.version, row.changed_at, row.changed_by = row.version + 1, at, by
    try:
        with transaction.atomic():
            row.save()
            verb = "wordlist.change" if word_list else "wordlist.create"
            record.audit(by=by, verb=verb, target=row, at=at, after={"words": len(parsed.words), "version": row.version})
    except IntegrityError:
        raise NameTaken(_("Another list has this name already."), field="name") from None
    return row, len(parsed.left_out)


def install_shipped(*, group: Group | None = None, by: User, at: datetime) -> int:
    """The rules that protect on the first day, live, asking people, everywhere or in one group; returns how many were made.

    Those that are there already stay.
    """
    demand(by, group)
    place = {"group": group, "scope": Scope.GROUP} if group else {}
    made = 0
    with transaction.atomic():
        for kind, offence, settings in dayone.RULES:
            name = f"{SHIPPED_NAMES[kind]} · {group.name}"[:60] if group else SHIPPED_NAMES[kind]
            if Rule.objects.filter(name=name).exists():
                continue
            found = GENTLE.get(kind) or SHIPPED[offence]
            values = {"name": name, "sort": kind.value, "offence": found, "settings": settings} | place
            row = save_rule(rule=None, values=values, by=by, at=at)
            move_rule(rule=row, to=RuleState.LIVE, by=by, at=at)
            made += 1
    return made


# Names of rules are data, in the language of the groups.
SHIPPED_NAMES = {
    RuleKind.WORDS: "广告常用语",
    RuleKind.CONTACT: "联系方式",
    RuleKind.LINK: "黑名单链接",
    RuleKind.PROBATION: "新人观察期",
    RuleKind.NEAR_DUPLICATE: "多人多群雷同",
    RuleKind.REPEAT: "重复发言",
    RuleKind.FLOOD: "刷屏",
    RuleKind.MENTIONS: "大量@人",
    RuleKind.EMOJI: "表情包和图片刷屏",
    RuleKind.JOB_LABEL: "招聘求职未标明",
    RuleKind.PROMOTION: "推广未申请",
    RuleKind.PAID_SERVICE: "收费服务未标识",
    RuleKind.CODE: "代码块提醒",
    RuleKind.ARTICLE: "分享文章提醒",
    RuleKind.COOPERATION: "合作详情提醒",
}
