"""Who can speak in a sandbox: a small cast that stays the same, a role each. All invented."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

BOT, BOT_NAME = "groupops", "运营助手"  # our account in the room


class Part(TextChoices):
    """What somebody is like in the group. Only for the person who plays: the pipeline never sees it."""

    CORE = "core", _("Core member")
    ACTIVE = "active", _("Active member")
    ORDINARY = "ordinary", _("Ordinary member")
    LURKER = "lurker", _("Lurker")
    BUYER = "buyer", _("Buyer")
    QUARRELLER = "quarreller", _("Quarreller")
    ADVERTISER = "advertiser", _("Advertiser")
    NEWCOMER = "newcomer", _("Newcomer")


@dataclass(frozen=True)
class Persona:
    """Somebody on the platform; those who are not `inside` come in when they are told to."""

    id: str
    name: str
    part: Part
    inside: bool = True

    def remote_id(self, group_id: int) -> str:
        """Their account. Each group of a sandbox has its own people: what one did in the last does not follow them."""
        return f"{self.id}-{group_id}"


CAST = (
    Persona("lin", "林晓彤", Part.CORE),
    Persona("zhou", "周明远", Part.CORE),
    Persona("chen", "陈雨桐", Part.ACTIVE),
    Persona("wu", "吴天佑", Part.ACTIVE),
    Persona("he", "何佳琪", Part.ORDINARY),
    Persona("xu", "徐文博", Part.ORDINARY),
    Persona("gao", "高嘉欣", Part.BUYER),
    Persona("ma", "马志强", Part.QUARRELLER),
    Persona("tang", "唐一凡", Part.QUARRELLER),
    Persona("luo", "罗海燕", Part.LURKER),
    Persona("song", "宋书豪", Part.NEWCOMER, inside=False),
    Persona("ye", "叶知秋", Part.NEWCOMER, inside=False),
    Persona("jin", "金牌代理小王", Part.ADVERTISER, inside=False),
)
BY_ID = {persona.id: persona for persona in CAST}
