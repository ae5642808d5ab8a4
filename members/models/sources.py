"""Where members come from."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.sourcing import Channel


class Source(models.Model):
    """A place from which members come (seed: 种子用户获取). The list is of the whole site; one that is no longer used is archived."""

    name = models.CharField(_("name of the source"), max_length=60, unique=True)
    channel = models.CharField(_("heading"), max_length=6, choices=Channel.choices, default=Channel.OTHER)
    note = models.CharField(_("what it is about"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("order in lists"), default=100)
    archived = models.BooleanField(_("no longer offered"), default=False)

    class Meta:
        verbose_name = _("source of members")
        ordering: ClassVar = ["position", "name"]
        constraints = [models.CheckConstraint(condition=Q(channel__in=Channel.values), name="source_channel_known")]

    def __str__(self) -> str:
        return self.name
