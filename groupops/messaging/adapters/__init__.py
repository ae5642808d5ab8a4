"""One module per platform. Only groupops.messaging.registry imports them."""
