"""Queries made once a role answer what the querysets themselves do, whoever asks and whenever."""

from datetime import datetime, timedelta
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from groupops.accounts.models import User
from groupops.accounts.standing import NotStanding, Standing
from groupops.groups.models import Group
from tests.access.world import ROLES, World
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MOMENTS = (NOW, NOW + timedelta(hours=5), NOW - timedelta(days=2), NOW + timedelta(days=9))
FOUND = {
    f"{path.rpartition('.')[0]}.{name}": thing
    for path in settings.TODAY_SOURCES
    for name, thing in vars(import_module(path.rpartition(".")[0])).items()
    if isinstance(thing, Standing)
}


def test_what_today_asks_is_what_the_querysets_say() -> None:
    """For two people of each role (the volunteer's groups and another's), at moments before and after; word for word on PostgreSQL."""
    world = World()
    for role, make in ROLES.items():
        other = make()
        StaffPostFactory(user=other, group=world.foreign["group"])
        for user in (world.users[role], other):
            assert isinstance(user, User)
            for (name, asked), at in product(FOUND.items(), MOMENTS):
                rows = asked._make(user, at)
                assert asked(user, at) == list(rows), (name, role, at)
                if connection.vendor == "postgresql":
                    assert written(asked, user, at) == _sql(rows), (name, role, at)


def written(asked: "Standing[Any]", user: User, at: datetime) -> str:
    """The statement that is kept, with its values."""
    kept = asked._made[(user.role, user.is_active)]
    return str(connection.ops.compose_sql(kept.sql, [place(user.pk, at) for place in kept.places]))  # type: ignore[attr-defined]


def _sql(rows: Any) -> str:
    return str(connection.ops.compose_sql(*rows.query.sql_with_params()))  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", ["deactivated", "promoted"])
def test_another_standing_is_another_query(change: str) -> None:
    """Who was shut out sees nothing, who rises sees more, though the query of before is still known."""
    groups: Standing[Group] = Standing(lambda user, _at: _visible(user))
    GroupFactory()
    user = ROLES["volunteer"]()
    StaffPostFactory(user=user)
    assert len(groups(user, NOW)) == 1
    if change == "deactivated":
        user.is_active = False
        assert groups(user, NOW) == []
    else:
        user.role = "founder"
        assert len(groups(user, NOW)) == 2


def _visible(user: User) -> Any:
    from groupops.groups import access

    return access.visible_to(user).order_by("pk")


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_what_cannot_move_along_is_refused() -> None:
    """A local day is no moment: kept, it would stay that of the first asker."""

    def on_the_day(_user: User, at: datetime) -> Any:
        return Group.objects.filter(created_at__date=localtime(at).date())

    with pytest.raises(NotStanding):
        Standing(on_the_day)(ROLES["founder"](), NOW)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_it_is_one_query_with_its_relations() -> None:
    """Rows come with what select_related and annotate say; percent signs of a constant stay."""
    GroupFactory(name="100 %s 群")
    asked: Standing[Group] = Standing(lambda _user, _at: Group.objects.filter(name__contains="%s").select_related("kind"))
    user = ROLES["founder"]()
    asked(user, NOW)
    with CaptureQueriesContext(connection) as queries:
        (found,) = asked(user, NOW)
        assert [found.name, found.kind.pk] == ["100 %s 群", found.kind_id]
    assert len(queries) == 1
