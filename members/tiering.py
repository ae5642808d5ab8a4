"""Which tier a member is in: the words and numbers of 成员分层管理, and the rule as pure functions."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Tier(TextChoices):
    """A tier of the seed (用户分类体系). "" stands for unknown: nothing was received that could tell, which is never "lurker"."""

    CORE = "core", _("Core")
    ACTIVE = "active", _("Active")
    ORDINARY = "ordinary", _("Ordinary")
    LURKER = "lurker", _("Lurker")


class Why(TextChoices):
    """Why a tier changed."""

    FIRST = "first", _("first judged")
    ROSE = "rose", _("rose")
    FELL = "fell", _("fell after grace")
    LOCK = "lock", _("locked")
    UNLOCK = "unlock", _("unlocked")


BY_HAND = (Why.LOCK, Why.UNLOCK)
