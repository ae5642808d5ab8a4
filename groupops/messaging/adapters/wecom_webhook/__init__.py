"""WeCom's group robot (企业微信群机器人): a webhook that only speaks, in one room."""

from groupops.messaging.adapters.wecom_webhook.adapter import WecomWebhook

__all__ = ["WecomWebhook"]
