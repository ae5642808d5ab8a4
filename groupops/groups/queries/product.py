"""How many users the operator's product has."""

from groupops.groups.models import ProductStage


def current_users() -> int | None:
    """The newest recorded number of product users; None while nobody said."""
    return ProductStage.objects.order_by("-at", "-id").values_list("users", flat=True).first()
