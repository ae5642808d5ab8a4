"""Where members come from: the four headings of the seed (种子用户获取), and what an operator adds."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """The heading under which a source stands (seed: 内部资源激活, 外部渠道引流)."""

    TEAM = "team", _("The team's contacts")
    USERS = "users", _("Users of the product")
    TECH = "tech", _("Technical platforms")
    SOCIAL = "social", _("Social media")
    OTHER = "other", _("Other ways")
