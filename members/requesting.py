"""Requests of members (需求反馈): their states and the moves between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RequestState(TextChoices):
    """Where a request is; the words that the proposer is told (product, §1 feedback)."""

    RECEIVED = "received", _("Received")  # 收到
    PLANNED = "planned", _("Planned")  # 已排期
    SHIPPED = "shipped", _("Live")  # 已上线
    DECLINED = "declined", _("Declined")


# Any state may be corrected to any other: what was told stays told, and the next state is told anew.
TOLD = frozenset({RequestState.PLANNED, RequestState.SHIPPED, RequestState.DECLINED})
