"""群成员信息收集: the fields that a profile has beside the platform's, what may be written in one, the states of a form. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.rostering import Known, Someone, moment

LONGEST = 500  # characters of one value
MOST_FIELDS, MOST_OPTIONS = 30, 50  # of one form, of one field
OPTION_LENGTH = 60
MOST_ANSWERS, MOST_UNMATCHED = 20_000, 1000  # of one form; beyond that somebody has to look first
JOINT = "、"  # between the values of a multiple choice, as they are kept
# What form tools put between them: 问卷星 ┋, 腾讯文档 and 飞书 commas or semicolons.
PARTS = re.compile(r"[┋|;；、,，\n\t]+")
YES = frozenset(["是", "有", "对", "要", "愿意", "同意", "yes", "y", "true", "1", "on", "√", "✓"])
NO = frozenset(["否", "没有", "无", "不", "不是", "不要", "不愿意", "不同意", "no", "n", "false", "0", "off", "×", "✗"])
LARGEST_NUMBER = Decimal(10) ** 15
PHONE = re.compile(r"^\+?\d{5,15}$")
WECHAT = re.compile(r"^[A-Za-z][A-Za-z0-9_-]{5,19}$")


class FieldKind(TextChoices):
    """What a field holds."""

    TEXT = "text", pgettext_lazy("kind of a field", "Text")
    NUMBER = "number", pgettext_lazy("kind of a field", "Number")
    CHOICE = "choice", _("One of a list")
    SEVERAL = "several", _("Several of a list")
    DATE = "date", pgettext_lazy("kind of a field", "Date")
    YESNO = "yesno", _("Yes or no")
    PHONE = "phone", _("Phone number")
    EMAIL = "email", _("E-mail address")
    WECHAT = "wechat", _("WeChat ID")


LISTED = (FieldKind.CHOICE, FieldKind.SEVERAL)
CONTACTS = (FieldKind.PHONE, FieldKind.EMAIL, FieldKind.WECHAT)  # always personal


class FormState(TextChoices):
    """Where a form is."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for answers")
    CLOSED = "closed", _("Closed")


MOVES: dict[str, frozenset[str]] = {
    FormState.DRAFT: frozenset({FormState.OPEN}),
    FormState.OPEN: frozenset({FormState.CLOSED}),
    FormState.CLOSED: frozenset({FormState.OPEN}),
}


class AnswerState(TextChoices):
    """Whether we know whose an answer is."""

    MATCHED = "matched", _("Of a member")
    UNMATCHED = "unmatched", _("To be assigned")
    DROPPED = "dropped", _("Left aside")


class Unfit(TextChoices):
    """Why a text is no value of its field."""

    LONG = "long", _("At most 500 characters.")
    NUMBER = "number", _("A number, like 12 or 3.5.")
    OPTION = "option", _("It is not in the list of this field.")
    DATE = "date", _("A day, like 2026-11-22.")
    YESNO = "yesno", _("Yes or no.")
    PHONE = "phone", _("A phone number: 5 to 15 digits, with or without the country's +86.")
    EMAIL = "email", _("An e-mail address.")
    WECHAT = "wechat", _("A WeChat ID: 6 to 20 letters, digits, _ or -, a letter first.")


@dataclass(frozen=True)
class Asked:
    """A field as far as its values go."""

    kind: str
    options: Sequence[str] = ()


def read(field: Asked, text: str) -> tuple[str, Unfit | None]:
    """A written value as it is kept, or why it is none. Nothing written is nothing, and fits every field.

    Kept are numbers without zeros at their end, days as 2026-11-22, yes and no as those words, several options in the field's order.
    """
    text = text.strip()
    if not text:
        return "", None
    if len(text) > LONGEST:
        return "", Unfit.LONG
    found = READERS[FieldKind(field.kind)](field, text)
    return (found, None) if found else ("", UNFIT[FieldKind(field.kind)])


def _text(field: Asked, text: str) -> str:
    return text


def _number(field: Asked, text: str) -> str:
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return ""
    if not found.is_finite() or abs(found) >= LARGEST_NUMBER or found.adjusted() < -9:
        return "0" if found.is_finite() and not found else ""
    plain = f"{found:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def _choice(field: Asked, text: str) -> str:
    return text if text in field.options else ""


def _several(field: Asked, text: str) -> str:
    if text in field.options:
        return text
    parts = {part.strip() for part in PARTS.split(text)} - {""}
    return JOINT.join(option for option in field.options if option in parts) if parts <= set(field.options) else ""


def _date(field: Asked, text: str) -> str:
    found: datetime | None = moment(text, "UTC")[0]
    return f"{found:%Y-%m-%d}" if found else ""


def _yesno(field: Asked, text: str) -> str:
    word = text.lower()
    return "yes" if word in YES else "no" if word in NO else ""


def _phone(field: Asked, text: str) -> str:
    plain = re.sub(r"[\s()（）-]", "", text)
    return plain if PHONE.match(plain) else ""


def _email(field: Asked, text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def _wechat(field: Asked, text: str) -> str:
    return text if WECHAT.match(text) else ""


READERS = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.SEVERAL: _several,
    FieldKind.DATE: _date,
    FieldKind.YESNO: _yesno,
    FieldKind.PHONE: _phone,
    FieldKind.EMAIL: _email,
    FieldKind.WECHAT: _wechat,
}
UNFIT = {
    FieldKind.TEXT: Unfit.LONG,
    FieldKind.NUMBER: Unfit.NUMBER,
    FieldKind.CHOICE: Unfit.OPTION,
    FieldKind.SEVERAL: Unfit.OPTION,
    FieldKind.DATE: Unfit.DATE,
    FieldKind.YESNO: Unfit.YESNO,
    FieldKind.PHONE: Unfit.PHONE,
    FieldKind.EMAIL: Unfit.EMAIL,
    FieldKind.WECHAT: Unfit.WECHAT,
}


def words(kind: str, value: str) -> str:
    """A kept value as people read it."""
    if kind == FieldKind.YESNO:
        return str({"yes": _("Yes"), "no": _("No")}.get(value, value))
    return value


class Outcome(TextChoices):
    """What a line of a form tool's table comes to."""

    NEW = "new", _("Is taken over")
    SAME = "same", _("Stands so already")
    UNMATCHED = "unmatched", _("Nobody of the group, or several")
    BAD = "bad", _("A value does not fit")
    EARLIER = "earlier", _("A later line of the same member counts")


NAME, ACCOUNT = "name", "account"  # targets of a column beside the fields
# What form tools write around a question: its number, and whether it must be answered.
NUMBERING = re.compile(r"^\s*(?:Q?\d+\s*[、.．:：)）]\s*)|\s*[（(](?:必填|选填|自动|单选|多选|required)[)）]\s*$|[*＊\s]+$", re.IGNORECASE)
NAME_HEADS = frozenset(
    ["昵称", "群昵称", "姓名", "您的姓名", "你的姓名", "微信昵称", "提交人", "提交者", "填写人", "name", "nickname", "submitter"]
)
ACCOUNT_HEADS = frozenset(["微信号", "账号", "帐号", "用户id", "qq号", "qq", "account", "userid"])


def guess(heads: Sequence[str], fields: Mapping[str, int]) -> dict[int, str]:
    """Where each column goes, by its head: place → NAME, ACCOUNT or a field's number. `fields`: name in small letters → number."""
    found: dict[int, str] = {}
    for place, head in enumerate(heads):
        plain = head.strip()
        while (shorter := NUMBERING.sub("", plain).strip()) != plain:
            plain = shorter
        plain = plain.lower()
        target = str(fields[plain]) if plain in fields else NAME if plain in NAME_HEADS else ACCOUNT if plain in ACCOUNT_HEADS else ""
        if target and target not in found.values():
            found[place] = target
    return found


@dataclass(frozen=True)
class Judged:
    """A line, judged: whose it is, what it says by field, and what does not fit (field's number → why)."""

    number: int
    name: str
    outcome: Outcome
    who: Someone | None = None
    said: Mapping[int, str] = field(default_factory=dict)
    unfit: Mapping[int, Unfit] = field(default_factory=dict)


def judge(
    lines: Sequence[tuple[int, Sequence[str]]],
    mapping: Mapping[int, str],
    fields: Mapping[int, Asked],
    known: Known,
    now: Mapping[tuple[int, int], str],
) -> list[Judged]:
    """What each line comes to. `now`: what members say already, by membership and field. Of two lines of one member the later counts."""
    read_ = [_line(number, cells, mapping, fields, known) for number, cells in lines]
    last = {line.who.membership: line.number for line in read_ if line.who is not None}
    return [_settled(line, last, now) for line in read_]


def _line(number: int, cells: Sequence[str], mapping: Mapping[int, str], fields: Mapping[int, Asked], known: Known) -> Judged:
    told = {target: cells[place].strip() for place, target in mapping.items() if place < len(cells)}
    name, account = told.pop(NAME, ""), told.pop(ACCOUNT, "")
    read_ = {int(pk): read(fields[int(pk)], text) for pk, text in told.items() if int(pk) in fields}
    unfit = {pk: why for pk, (_value, why) in read_.items() if why is not None}
    said = {pk: value for pk, (value, _why) in read_.items() if value}
    who = whose(name, account, known)
    outcome = Outcome.UNMATCHED if who is None else Outcome.BAD if unfit else Outcome.NEW
    return Judged(number, name or account, outcome, who, said, unfit)


def _settled(line: Judged, last: Mapping[int | None, int], now: Mapping[tuple[int, int], str]) -> Judged:
    if line.who is None or line.outcome != Outcome.NEW:
        return line
    stay = line.who.membership or 0
    if last[stay] != line.number:
        return replace(line, outcome=Outcome.EARLIER)
    return replace(line, outcome=Outcome.SAME) if all(now.get((stay, pk)) == value for pk, value in line.said.items()) else line


def takes(*, state: str, opens_at: datetime | None, closes_at: datetime | None, at: datetime) -> bool:
    """Whether a form takes answers now."""
    return state == FormState.OPEN and (opens_at is None or opens_at <= at) and (closes_at is None or at < closes_at)


def whose(name: str, account: str, known: Known) -> Someone | None:
    """The member of the group whom an account names, else the only one present of that name; None where nobody or several may be meant."""
    if account:
        found = known.by_id.get(account)
        return found if found is not None and found.membership is not None and found.present else None
    present = [someone for someone in known.named(name) if someone.present] if name else []
    return present[0] if len(present) == 1 else None
