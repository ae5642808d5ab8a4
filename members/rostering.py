"""A list of members compared with what is known of the group: what each line means, before anything is changed. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

BY_NAME = "name:"  # the id of somebody whom a list knows only by name; chat exports make the same


class ImportSort(TextChoices):
    """What was imported."""

    TABLE = "table", _("List of members")
    CHAT = "chat", _("Chat export")


class ImportState(TextChoices):
    """Where an import is."""

    PREVIEWED = "previewed", _("To be looked at")
    APPLYING = "applying", _("Being taken over")
    APPLIED = "applied", _("Taken over")
    FAILED = "failed", _("Failed")
    UNDONE = "undone", _("Taken back")
    DROPPED = "dropped", _("Not wanted")


OPEN = (ImportState.PREVIEWED, ImportState.APPLYING, ImportState.APPLIED)  # in these the same file is the same import


class Verdict(TextChoices):
    """What a line says about the group."""

    NEW = "new", _("New")
    LEFT = "left", _("No longer there")
    RENAMED = "renamed", _("Renamed")
    SAME = "same", _("Unchanged")
    CONFLICT = "conflict", _("To be decided")


class Reason(TextChoices):
    """Why a person must decide."""

    NONE = "", ""
    NOBODY = "nobody", _("The line has neither a name nor an account.")
    TWICE = "twice", _("An earlier line has the same name or account.")
    SEVERAL = "several", _("Several members bear this name.")
    BY_NAME = "by_name", _("Somebody of this name is in the group whose account was not known.")
    BAD_TIME = "bad_time", _("A time in the line cannot be read.")


DECIDABLE = frozenset({Reason.TWICE, Reason.SEVERAL, Reason.BY_NAME})


class Column(TextChoices):
    """What a column of a list holds."""

    NAME = "name", _("Nickname")
    ID = "id", _("Account")
    JOINED = "joined", _("Joined")
    SPOKE = "spoke", _("Last spoke")
    INVITER = "inviter", _("Invited by")


HEADS: dict[Column, str] = {
    Column.NAME: "群昵称 昵称 群名片 名片 微信昵称 姓名 名称 成员 成员昵称 groupnickname nickname name displayname member",
    Column.ID: "微信号 id wxid 用户id 成员id 帐号 账号 qq qq号 username user userid account platformid",
    Column.JOINED: "入群时间 加入时间 进群时间 入群日期 加群时间 joined joinedat jointime",
    Column.SPOKE: "最后发言 最后发言时间 最近发言 最近发言时间 最后活跃 lastspoke lastmessage lastseen lastspokeat",
    Column.INVITER: "邀请人 邀请者 介绍人 inviter invitedby",
}  # the earlier name of a line wins
NOISE = str.maketrans("", "", " _-*:：\ufeff")
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日", "%Y%m%d")
UNKNOWN = frozenset({"", "-", "—", "无", "未知", "从未", "unknown", "never", "none", "n/a"})


@dataclass(frozen=True)
class Line:
    """A line of a list, understood. Times are None where the list says nothing: unknown is not "never"."""

    number: int
    name: str = ""
    remote_id: str = ""
    joined_at: datetime | None = None
    spoke_at: datetime | None = None
    inviter: str = ""
    unreadable: bool = False  # one of its times


@dataclass(frozen=True)
class Someone:
    """Somebody whom we know: a member of the group, present or gone, or (without `membership`) of another one."""

    person: int
    remote_id: str
    name: str
    membership: int | None = None
    present: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a line means. `who` is the person meant, None for somebody new; `candidates` are those who may be meant."""

    line: Line
    verdict: Verdict
    who: Someone | None = None
    reason: Reason = Reason.NONE
    candidates: tuple[int, ...] = ()


def guess(header: Sequence[str]) -> dict[str, int]:
    """The place of each column that the heads tell, by the earliest name of HEADS that fits; empty where the line is no header."""
    plain = [head.translate(NOISE).lower() for head in header]
    found: dict[str, int] = {}
    for column, names in HEADS.items():
        for name in names.split():
            if name in plain and plain.index(name) not in found.values():
                found[column.value] = plain.index(name)
                break
    return found if {Column.NAME, Column.ID} & set(found) else {}


def understood(number: int, cells: Sequence[str], mapping: Mapping[str, int], zone: str) -> Line:
    """A line's cells as `mapping` says; a time without an offset is the zone's."""

    def cell(column: Column) -> str:
        place = mapping.get(column.value)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    (joined, bad), (spoke, worse) = moment(cell(Column.JOINED), zone), moment(cell(Column.SPOKE), zone)
    return Line(number, cell(Column.NAME)[:200], cell(Column.ID)[:255], joined, spoke, cell(Column.INVITER), bad or worse)


def moment(text: str, zone: str) -> tuple[datetime | None, bool]:
    """A written time, and whether it could not be read. Nothing written is unknown."""
    if text.lower() in UNKNOWN:
        return None, False
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        plain = text.replace("/", "-").replace(".", "-")
        found = next((read for form in FORMATS if (read := _read(plain, form))), None)
    if found is None or not 1990 <= found.year <= 2200:
        return None, True
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))), False


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007  (the zone is put in by the caller)
    except ValueError:
        return None


@dataclass
class Known:
    """The group as it is: `members` of it, and `others` whom the platform's ids name, by id."""

    members: Collection[Someone]
    others: Mapping[str, Someone]
    by_name: dict[str, list[Someone]] = field(init=False)
    by_id: dict[str, Someone] = field(init=False)

    def __post_init__(self) -> None:
        names: defaultdict[str, list[Someone]] = defaultdict(list)
        for someone in self.members:
            names[someone.name].append(someone)
        self.by_name = dict(names)
        persons = {someone.person: someone for someone in self.members}
        self.by_id = {remote_id: persons.get(someone.person, someone) for remote_id, someone in self.others.items()}

    def named(self, name: str) -> list[Someone]:
        """The members of that name: those who are present, else those who are gone."""
        found = self.by_name.get(name, [])
        return [someone for someone in found if someone.present] or found


def compare(lines: Iterable[Line], known: Known, *, complete: bool) -> list[Outcome]:
    """What each line means; with `complete`, also who is in the group and in no line. A person is meant by one line at most."""
    outcomes, seen, taken = list[Outcome](), set[str](), set[int]()
    for line in lines:
        outcome = _one(line, known, seen, taken)
        seen |= {key for key in (line.remote_id or f"{BY_NAME}{line.name}",) if key}
        if outcome.who:
            taken.add(outcome.who.person)
        taken.update(outcome.candidates)
        outcomes.append(outcome)
    if complete:
        gone = [someone for someone in known.members if someone.present and someone.person not in taken]
        last = max((outcome.line.number for outcome in outcomes), default=0)
        outcomes += [
            Outcome(Line(last + n, someone.name, someone.remote_id), Verdict.LEFT, someone)
            for n, someone in enumerate(sorted(gone, key=lambda someone: (someone.name, someone.person)), 1)
        ]
    return outcomes


def _one(line: Line, known: Known, seen: set[str], taken: set[int]) -> Outcome:
    if not (line.name or line.remote_id):
        return Outcome(line, Verdict.CONFLICT, reason=Reason.NOBODY)
    if line.unreadable:
        return Outcome(line, Verdict.CONFLICT, reason=Reason.BAD_TIME)
    same_name = known.named(line.name) if line.name else []
    if (line.remote_id or f"{BY_NAME}{line.name}") in seen:
        return _doubt(line, Reason.TWICE, same_name)
    if line.remote_id:
        if who := known.by_id.get(line.remote_id):
            return _stands(line, who) if who.person not in taken else _doubt(line, Reason.TWICE, [who])
        nameless = [someone for someone in same_name if someone.remote_id.startswith(BY_NAME)]
        return _doubt(line, Reason.BY_NAME, nameless) if nameless else Outcome(line, Verdict.NEW)
    if len(same_name) > 1:
        return _doubt(line, Reason.SEVERAL, same_name)
    who = same_name[0] if same_name else known.by_id.get(f"{BY_NAME}{line.name}")
    if who is None:
        return Outcome(line, Verdict.NEW)
    return _doubt(line, Reason.TWICE, [who]) if who.person in taken else _stands(line, who)


def _doubt(line: Line, reason: Reason, candidates: Iterable[Someone]) -> Outcome:
    return Outcome(line, Verdict.CONFLICT, reason=reason, candidates=tuple(someone.person for someone in candidates))


def _stands(line: Line, who: Someone) -> Outcome:
    if not who.present:
        return Outcome(line, Verdict.NEW, who)
    return Outcome(line, Verdict.RENAMED if line.name and line.name != who.name else Verdict.SAME, who)
