"""One row of every table with personal data, filled twice: theirs, and others who name them. After an erasure nothing is found.

The tables are those of settings.PERSONAL_DATA, so that a new one is filled by itself. Every table of the database is looked through then,
opened where it is sealed, packed or escaped.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, models

from content.models import Post, Schedule
from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from groupops.messaging import outbox
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Binding, Delivery
from groupops.record import services as trail
from groupops.record.models import Alarm, AuditEntry
from groupops.shared import secretbox
from members import models as m
from members.consent import services as consent
from members.consenting import ContactKind, Origin
from members.entering import digest_of
from members.leaving import GRACE
from members.models import Membership, Person
from members.privacy import queries
from members.privacy import services as privacy
from moderation.models import AppealReply, Case, Decision, Evidence, Exchange, Measure, Quarrel, RehearsedCase, Strike
from tests.factories.accounts import founder
from tests.factories.content import PostFactory, ScheduleFactory
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear
from tests.factories.inviting import CampaignFactory
from tests.factories.joining import JoinCodeFactory
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.messaging import BindingFactory
from tests.factories.sweep import SweepRunFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NAME, WX, WORDS, PHONE = "欧阳夏丹", "wxid_q7x3kd91", "我家住在幸福路七号", "13987654321"
SECRETS = (NAME, WX, WORDS, PHONE)
DAY = timedelta(days=1)
NAMES = {"name", "remote_id", "account", "author", "was_name"}  # of others they say who the others are
KEYS = {"key", "digest", "contact_digest", "occasion", "realm"}  # they say nothing
# What may be found afterwards, and why.
MAY_STAY = {("members_segmentsend.title", WORDS): "a colleague's word for a view of the list: nothing that the member said"}


class Filler:
    """Makes a row of any table: every text says `text`, every way to a person, a member and a group is `member`'s."""

    def __init__(self, room: Binding, member: Membership, by: Any, text: str, *, is_theirs: bool) -> None:
        self.room, self.member, self.by, self.text, self.is_theirs = room, member, by, text, is_theirs
        campaign, code = CampaignFactory(groups=[member.group]), JoinCodeFactory(groups=[member.group])
        self.made: dict[type[models.Model], Any] = {
            Person: member.person,
            Membership: member,
            Group: member.group,
            get_user_model(): by,
            m.Campaign: campaign,
            m.JoinCode: code,
            m.SweepRun: SweepRunFactory(group=member.group, week=NOW.date() - (7 if is_theirs else 14) * DAY),
        }
        self.filled = {holding.model for holding in queries.holdings()}

    def row(self, model: type[models.Model]) -> Any:
        """The row of this model, made once; what holds nothing personal, once for both."""
        if model not in self.made and model not in self.filled and (known := model._default_manager.order_by("pk").first()):
            self.made[model] = known
        if model not in self.made:
            self.made[model] = MAKERS[model](self) if model in MAKERS else self.plain(model)
        return self.made[model]

    def plain(self, model: type[models.Model], **given: Any) -> Any:
        """A row whose columns are filled by what they are."""
        given = FITTING.get(model, {}) | given
        wanted = [field for field in model._meta.concrete_fields if self._is_filled(field) and field.name not in given]
        return model._default_manager.create(**{field.name: self._value(field) for field in wanted}, **given)

    def _is_filled(self, field: Any) -> bool:
        return not field.primary_key and (not field.null or field.name in ("membership", "person", "guest"))

    def _value(self, field: Any) -> Any:
        if isinstance(field, models.ForeignKey):
            return self.row(field.related_model)
        is_filled = field.model in self.filled
        if isinstance(field, models.CharField | models.TextField) and not field.choices:
            return self._text(field) if is_filled else field.get_default() or "x"
        if isinstance(field, models.JSONField) and is_filled:
            return [self.text] if field.default is list else {"said": self.text}
        if field.has_default():
            return field.get_default()
        if field.choices:
            return next(value for value, _label in field.choices if value)
        plain = {models.DateTimeField: NOW, models.DateField: NOW.date(), models.BooleanField: False}
        return next((value for kind, value in plain.items() if isinstance(field, kind)), 1)

    def _text(self, field: Any) -> str:
        if field.name in KEYS or (field.name in NAMES and not self.is_theirs):
            return f"x{self.is_theirs}"
        whole = NAME if field.name in NAMES else self.text
        return (secretbox.seal({"value": whole}) if field.name == "sealed" else whole)[: field.max_length or None]


# Columns that a rule of the database binds to others.
FITTING: dict[type[models.Model], dict[str, Any]] = {
    m.FieldValue: {"sealed": ""},
    m.ImportRow: {"candidates": [], "decision": ""},  # numbers of persons
    m.SweepCase: {"exempt": ""},
    m.RequestNews: {"state": "planned"},
    m.Leave: {"until": NOW + DAY},
    m.Question: {"due_at": NOW + DAY, "how": ""},
    m.Newcomer: {"answered_how": ""},
    Case: {"explanation": "", "standing": {}},  # the rule's; numbers
    Decision: {"step": 0, "acts": ""},
    RehearsedCase: {"acts": "", "events": []},  # words of the machine; numbers
    Measure: {"about": "", "why": ""},  # ids of messages, words of the machine
    Strike: {"expires_at": NOW + DAY},
}


def _said(filler: Filler) -> StoredEvent:
    hear(filler.room, happened(filler.room.remote_id, WX if filler.is_theirs else "bob", filler.text, raw={"text": filler.text}))
    found: StoredEvent = StoredEvent.objects.latest("pk")
    return found


def _delivery(filler: Filler) -> Delivery:
    wish = outbox.Wish(Operation.SEND_DIRECT, filler.text, WX if filler.is_theirs else "bob", NAME if filler.is_theirs else "小波")
    number = int(filler.is_theirs) + 1
    made = outbox.act(wish, purpose="request_news", subject_id=number, group=filler.member.group, due_at=NOW, expires_at=None, at=NOW)
    Delivery.objects.filter(pk=made.pk).update(state="sent", settled_at=NOW)
    return made


def _line(filler: Filler) -> AuditEntry:
    target, after = filler.row(m.Note), {"said": filler.text}
    trail.audit(by=filler.by, verb="tag.give", target=target, at=NOW, group_id=filler.member.group_id, after=after)
    return AuditEntry.objects.latest("pk")


def _alarm(filler: Filler) -> Any:
    return trail.raise_alarm(key=f"first {filler.is_theirs}", severity="notice", text="%(said)s", params={"said": filler.text}, at=NOW)


def _contact(filler: Filler) -> m.Contact:
    value = PHONE if filler.is_theirs else "13000000000"
    return consent.add(person=filler.member.person, kind=ContactKind.PHONE, value=value, origin=Origin.MEMBER, by=filler.by, at=NOW)


def _merge(filler: Filler) -> m.PersonMerge:
    other = (
        PersonFactory(realm=filler.member.person.realm, name=filler.text, merged_into=filler.member.person) if filler.is_theirs else None
    )
    return m.PersonMerge.objects.create(person=other or PersonFactory(), into=filler.member.person, by=filler.by, at=NOW)


def _answer(filler: Filler) -> m.FormAnswer:
    if filler.is_theirs:
        return filler.plain(m.FormAnswer, state="matched", sealed="")  # type: ignore[no-any-return]
    sealed = secretbox.seal({"values": {"1": WORDS}})
    return filler.plain(m.FormAnswer, membership=None, state="unmatched", sealed=sealed, name=NAME, account=WX)  # type: ignore[no-any-return]


def _table(filler: Filler) -> m.AnswerImport:
    sealed = secretbox.seal({"lines": [[2, ["别人", "公司"]], [3, [NAME, WORDS]], [4, ["", f"跟 {WX} 一起来的"]]]})
    return filler.plain(m.AnswerImport, header=["昵称"], mapping={}, counts={"lines": 3}, sealed=sealed, digest=f"d{filler.is_theirs}")  # type: ignore[no-any-return]


def _import(filler: Filler) -> m.RosterImport:
    given = {"sort": "chat", "content": zlib.compress(filler.text.encode()), "header": [], "mapping": {}, "counts": {}}
    return filler.plain(m.RosterImport, digest=f"d{filler.is_theirs}", day="", error="", **given)  # type: ignore[no-any-return]


def _waiting(filler: Filler) -> m.Waiting:
    contact = WX if filler.is_theirs else "somebody"
    given = {"contact": secretbox.seal({"contact": contact}), "contact_shown": "wx***", "contact_digest": digest_of(contact)}
    return filler.plain(m.Waiting, **given)  # type: ignore[no-any-return]


def _quarrel(filler: Filler) -> Quarrel:
    began = NOW + int(filler.is_theirs) * DAY
    return filler.plain(Quarrel, began_at=began, closed_at=NOW, closed_by=filler.by, outcome="settled")  # type: ignore[no-any-return]


MAKERS: dict[type[models.Model], Callable[[Filler], Any]] = {
    AppealReply: lambda filler: filler.plain(AppealReply, event_id=1 + filler.is_theirs),
    StoredEvent: _said,
    Delivery: _delivery,
    AuditEntry: _line,
    Alarm: _alarm,
    Post: lambda filler: PostFactory(group=filler.member.group, title=NAME, body=f"祝{NAME}生日快乐"),
    Schedule: lambda filler: ScheduleFactory(group=filler.member.group, title=NAME, body=f"@{NAME} 值班"),
    m.Contact: _contact,
    m.PersonMerge: _merge,
    m.FormAnswer: _answer,
    m.AnswerImport: _table,
    m.RosterImport: _import,
    m.Waiting: _waiting,
    Evidence: lambda filler: filler.plain(Evidence, event_id=int(filler.is_theirs), message="m1", reason="", spans=[]),
    Quarrel: _quarrel,
    Exchange: lambda filler: filler.plain(
        Exchange, event_id=int(filler.is_theirs), target=MembershipFactory(group=filler.member.group, person__name="谁")
    ),
    m.Colleague: lambda filler: m.Colleague.objects.create(person=filler.member.person, user=founder(), by=filler.by, at=NOW),
}


def test_filled_and_erased() -> None:
    room = BindingFactory()
    row = MembershipFactory(person=PersonFactory(realm=room.connection.adapter, remote_id=WX, name=NAME), group=room.group)
    other, by = MembershipFactory(group=row.group, person__name="别人"), founder()
    for member in (row, other):
        held = {"tier": "core", "tier_since": NOW.date(), "tier_locked_until": NOW.date(), "tier_lock_reason": f"{NAME}说好的"}
        Membership.objects.filter(pk=member.pk).update(tier_locked_by=by, **held)
    theirs = Filler(room, row, by, f"{NAME} {WX} {WORDS} {PHONE}", is_theirs=True)
    others = Filler(room, other, by, f"和{NAME}一起，@{NAME}，{WX}", is_theirs=False)
    for filler in (theirs, others):
        for model in sorted(filler.filled, key=lambda model: (model is StoredEvent, model._meta.label)):  # an event is counted
            filler.row(model)
    before = {where for where, _secret in found()}
    assert len(before) > 40, "what is looked for must be there, or it proves nothing"
    by.set_password("correct horse battery")
    by.save()
    privacy.ask_erasure(person=row.person, reason="本人要求", password="correct horse battery", typed=NAME, by=by, at=NOW)
    assert privacy.erase_due(at=NOW + GRACE) == 1
    assert sorted({(where, secret) for where, secret in found() if (where, secret) not in MAY_STAY}) == []
    assert others.row(m.Note) in m.Note.objects.filter(text__startswith="和***一起"), "of others nothing else is gone"


def found() -> Iterator[tuple[str, str]]:
    """Table and column in which a secret is found."""
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (our own tables)
            names = [column[0] for column in cursor.description]
            for cells in cursor.fetchall():
                for name, cell in zip(names, cells, strict=True):
                    text = opened(cell)
                    yield from ((f"{table}.{name}", secret) for secret in SECRETS if secret in text)


def opened(cell: Any) -> str:
    """What a cell says, whatever it is wrapped in."""
    if isinstance(cell, memoryview | bytes):
        return _unpacked(bytes(cell))
    text = cell if isinstance(cell, str) else str(cell)
    if text.startswith("gAAAA"):  # sealed
        return str(secretbox.unseal(text))
    return text + (text.encode("ascii", "ignore").decode("unicode_escape", "ignore") if "\\u" in text else "")


def _unpacked(content: bytes) -> str:
    if zipfile.is_zipfile(io.BytesIO(content)):
        file = zipfile.ZipFile(io.BytesIO(content))
        content = b"".join(file.read(name) for name in file.namelist())
    elif content[:1] == b"x":
        content = zlib.decompress(content)
    return content.decode("utf-8", "ignore")
