"""Evidence loses its words when nobody can appeal any more and the policy's time is over."""

from datetime import datetime, timedelta

from django.db import transaction

from groupops.groups.models import Group
from moderation import queries
from moderation.models import Evidence
from moderation.policy import OPEN

CHUNK = 2000


def empty_evidence(*, at: datetime) -> int:
    """Empty what is older than appeal time and policy of its group, at most CHUNK a group; what is still to be judged keeps its words."""
    emptied = 0
    groups = list(Group.objects.filter(cases__isnull=False).distinct().order_by("pk"))
    for pk, rule in queries.ladder_rules(groups).items():
        until = at - timedelta(days=rule.appeal_days + rule.evidence_days)
        with transaction.atomic():
            old = Evidence.objects.filter(case__group=pk, at__lt=until, emptied_at=None).exclude(case__state__in=OPEN)
            pks = list(old.order_by("at", "pk").values_list("pk", flat=True)[:CHUNK])
            emptied += Evidence.objects.filter(pk__in=pks).update(text="", spans=[], parameters={}, emptied_at=at)
    return emptied
