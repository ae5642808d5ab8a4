"""Sources: what a new installation starts with, and what the database keeps."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from members.models import Source
from members.sourcing import Channel
from tests.factories.members import MembershipFactory

pytestmark = pytest.mark.both_databases


@pytest.mark.django_db
def test_a_new_installation_starts_with_the_lines_of_the_seed() -> None:
    found = list(Source.objects.values_list("channel", flat=True))
    assert [found.count(channel) for channel in (Channel.TEAM, Channel.USERS, Channel.TECH, Channel.SOCIAL)] == [3, 3, 3, 3]


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{"name": "产品的早期用户"}, {"name": "新的", "channel": "moon"}])
def test_no_name_twice_and_no_unknown_heading(given: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.create(**given)


@pytest.mark.django_db
def test_a_source_that_members_came_from_cannot_be_deleted() -> None:
    source = Source.objects.earliest("position")
    MembershipFactory(source=source)
    with pytest.raises(ProtectedError):
        source.delete()
