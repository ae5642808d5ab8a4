"""Which message another one replies to, where a platform's raw event says so; other platforms quote it in the text, or do not say."""

from typing import Any

from django.db.models import Case, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.lookups import Exact

NOWHERE = Value(None, output_field=TextField())


def _path(*keys: str | int) -> Any:
    """A text deep in the raw event."""
    expression: Any = "raw"
    for key in keys[:-1]:
        expression = KeyTransform(str(key), expression)
    return KeyTextTransform(str(keys[-1]), expression)


# By the adapter's kind. In OneBot the first segment has to be of that sort.
REPLIES: dict[str, Any] = {
    "matrix": _path("content", "m.relates_to", "m.in_reply_to", "event_id"),
    "memory": _path("reply_to"),
    "onebot11": Case(When(Exact(_path("message", 0, "type"), Value("reply")), then=_path("message", 0, "data", "id")), default=NOWHERE),
}


def replied(realm: str) -> Any:
    """The id of the message that an event of this realm replies to, or NULL: an expression over StoredEvent."""
    return REPLIES.get(realm, NOWHERE)
