"""A bridge of the operator's own: signed JSON both ways. docs/reference/webhook-bridge.md is all its author needs."""

from groupops.messaging.adapters.webhook.adapter import Webhook

__all__ = ["Webhook"]
