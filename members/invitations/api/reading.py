"""What all of these share: lists and single ones."""

from typing import Any

from rest_framework import mixins, viewsets


class Read(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """A list by position, and one of it."""

    keyset: tuple[str, ...] = ("created_at", "id")
