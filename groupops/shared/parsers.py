"""How the API reads bodies. A module of its own: DRF imports it while rest_framework.views is being imported."""

from typing import IO, Any

from rest_framework.parsers import BaseParser

from groupops.shared.intake import read_json


class StrictJSONParser(BaseParser):
    """JSON that a database can keep; DRF's own lets NUL through and falls over deep nesting."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value of the body. Raises Unreadable (400)."""
        return read_json(stream.read())
