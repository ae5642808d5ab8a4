"""The messaging over the API."""

from rest_framework import viewsets

from groupops.messaging.api.connections import Bindings, Connections
from groupops.messaging.api.deliveries import Deliveries
from groupops.messaging.api.orders import Abilities, Orders
from groupops.messaging.api.pauses import Pauses

routes: list[tuple[str, type[viewsets.ViewSetMixin]]] = [
    ("connections", Connections),
    ("bindings", Bindings),
    ("deliveries", Deliveries),
    ("pauses", Pauses),
    ("orders", Orders),
    ("abilities", Abilities),
]
