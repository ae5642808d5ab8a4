"""Read a backup into an empty database: the schema as it was then, the rows, the numbers; all of it or nothing."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.operations.backup.dialect import dialect
from groupops.operations.backup.sealing import Kind, Unreadable
from groupops.operations.backup.tables import Table
from groupops.shared import triggers
from groupops.shared.errors import Refused

LARGE = 20_000  # rows from which on indexes are dropped and built behind the rows
Frames = Iterator[tuple[Kind, bytes]]


class NotEmpty(Refused):
    """There is something in the database, or it has another shape than the backup."""

    code = "not_empty"


class OtherVersion(Refused):
    """The backup was made by a version that this code knows nothing of."""

    code = "other_version"


@dataclass(frozen=True)
class Loaded:
    """What was read: the manifest, the digests of the file's end, and whether the code is ahead of the backup."""

    manifest: dict[str, Any]
    digests: dict[str, str]
    files: int
    older: bool

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self.manifest["rows"].values())


class Stream:
    """The frames with one frame of sight: a table's pieces end where the next thing begins."""

    def __init__(self, found: Frames) -> None:
        self._frames = found
        self._next = next(found, None)

    def take(self, *kinds: Kind) -> bytes | None:
        """The next frame when it is one of these, else None."""
        if self._next is None:
            raise Unreadable(_("The backup was cut off: its end is missing."))
        kind, payload = self._next
        if kind not in kinds:
            return None
        self._next = next(self._frames, None)
        return payload

    def plain(self, kind: Kind) -> dict[str, Any] | None:
        """The next frame's JSON when it is of this kind."""
        payload = self.take(kind)
        return None if payload is None else json.loads(payload)

    def pieces(self, kind: Kind, digest: Any) -> Iterator[bytes]:
        """The frames of this kind, one after another, digested."""
        while (piece := self.take(kind)) is not None:
            digest.update(piece)
            yield piece


def demand_empty() -> None:
    """Raise NotEmpty where somebody or something lives in the database. One without tables is empty."""
    if User._meta.db_table in connection.introspection.table_names() and (User.objects.exists() or Group.objects.exists()):
        raise NotEmpty(_("The database is not empty. Restore into an empty one, and keep this one until you are sure."))


def load(found: Frames, *, keep_files: Callable[[str], IO[bytes]]) -> Loaded:
    """Everything, in one transaction. Raises Unreadable, NotEmpty, OtherVersion."""
    stream = Stream(found)
    manifest = stream.plain(Kind.MANIFEST)
    if manifest is None:
        raise Unreadable(_("The backup has no manifest."))
    demand_empty()
    older = _shape(manifest["migrations"])
    if connection.vendor == "sqlite":
        dialect().hurry()
    tables = {plain["name"]: Table(**plain) for plain in manifest["tables"]}
    large = [name for name, rows in manifest["rows"].items() if rows >= LARGE]
    with transaction.atomic(), dialect().bare(large):
        _empty(tables)
        digests = _rows(stream, tables)
        files = _files(stream, keep_files)
        _demand_whole(stream, manifest, tables, digests, files)
        for name, last in manifest["numbers"].items():
            dialect().number_on(tables[name], last)
    dialect().settle()
    return Loaded(manifest, digests, len(files), older)


def _shape(applied: list[list[str]]) -> bool:
    """Migrate to the state the backup was made in; returns whether there are newer migrations."""
    executor = MigrationExecutor(connection)
    graph, wanted = executor.loader.graph, {(app, name) for app, name in applied}
    squashed = executor.loader.replacements
    wanted |= {node for node, migration in squashed.items() if wanted.issuperset(migration.replaces)}
    nodes = {node for node in graph.nodes if node[0] in {app for app, _name in wanted}}
    known = set(graph.nodes).union(*(migration.replaces for migration in squashed.values()))
    if unknown := sorted(f"{app}.{name}" for app, name in wanted - known):
        told = {"names": ", ".join(unknown[:5])}
        raise OtherVersion(_("The backup was made by another version of GroupOps, with migrations unknown here: %(names)s.") % told)
    ahead = set(MigrationRecorder(connection).applied_migrations()) - wanted
    if ahead:
        raise NotEmpty(_("The database has a newer shape than the backup. Restore into a database without tables."))
    if nodes <= wanted:
        call_command("migrate", interactive=False, verbosity=0)
        return False
    leaves = [
        node for node in nodes & wanted if not any(child.key[0] == node[0] and child.key in wanted for child in _children(graph, node))
    ]
    executor.migrate(leaves)
    return True


def _children(graph: Any, node: tuple[str, str]) -> Any:
    return graph.node_map[node].children


def _empty(tables: dict[str, Table]) -> None:
    """What the migrations themselves put there, also into tables that only grow."""
    growing = {table: events for app in apps.get_app_configs() for table, events in triggers.append_only(app).items() if table in tables}
    for table, events in growing.items():
        triggers.remove("default", table, events=events)
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f'DELETE FROM "{name}"')  # noqa: S608  (our own tables)
    for table, events in growing.items():
        triggers.install("default", table, events=events)


def _rows(stream: Stream, tables: dict[str, Table]) -> dict[str, str]:
    digests = {}
    while (plain := stream.plain(Kind.TABLE)) is not None:
        digest = hashlib.sha256()
        dialect().load(tables[plain["name"]], stream.pieces(Kind.ROWS, digest))
        digests[plain["name"]] = digest.hexdigest()
    return digests


def _files(stream: Stream, keep: Callable[[str], IO[bytes]]) -> dict[str, str]:
    digests = {}
    while (plain := stream.plain(Kind.FILE)) is not None:
        digest, name = hashlib.sha256(), plain["name"]
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise Unreadable(_("The backup names a file outside its folder."))
        with keep(name) as file:
            for piece in stream.pieces(Kind.BYTES, digest):
                file.write(piece)
        digests[name] = digest.hexdigest()
    return digests


def _demand_whole(
    stream: Stream, manifest: dict[str, Any], tables: dict[str, Table], digests: dict[str, str], files: dict[str, str]
) -> None:
    """What was read is what was written, and all of it stands in the database."""
    end = stream.plain(Kind.END)
    if end is None or end["digests"] != digests or end["files"] != files:
        raise Unreadable(_("The backup is damaged: what it holds is not what was written."))
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608  (our own tables)
            if cursor.fetchone()[0] != manifest["rows"][name]:
                raise Unreadable(_("The backup is damaged: table %(name)s lacks rows.") % {"name": name})
