"""OneBot 11: the common language of QQ bots. Acts by HTTP, hears by signed HTTP POST."""

from groupops.messaging.adapters.onebot11.adapter import OneBot11

__all__ = ["OneBot11"]
