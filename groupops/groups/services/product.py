"""How many users the product has."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import queries
from groupops.groups.models import ProductStage
from groupops.record import services as record
from groupops.shared.errors import Invalid

MOST = 2_000_000_000  # what the column holds


def record_users(*, users: int, by: User | None, at: datetime) -> ProductStage:
    """The product's number of users from now on. Raises Invalid."""
    if not 0 <= users <= MOST:
        raise Invalid(_("A number of users from 0 on."), field="users")
    with transaction.atomic():
        before = queries.current_users()
        row = ProductStage.objects.create(users=users, at=at, by=by)
        record.audit(by=by, verb="product.users", target=row, at=at, before={"users": before}, after={"users": users})
    return row
