"""The undo of acts on many things at once: its address carries, signed, what was done, and is good for ten minutes.

The signature says that we made it and when. Whether it may still be undone, and by whom, the view asks as of any other act.
"""

from typing import Any

from django.core import signing
from django.http import Http404
from django.utils.translation import gettext as _

FRESH = 600  # seconds: as long as anybody remembers what the message was about
LONGEST = 4000  # characters of an address; gunicorn refuses a request line of more than 4094


def token(room: str, done: Any) -> str:
    """What an address carries of `done`, plain JSON that whoever has the address can read. `room` keeps the rooms' tokens apart."""
    return signing.dumps(done, salt=_salt(room), compress=True)


def read(room: str, text: str) -> Any:
    """What was done, as JSON brings it back: tuples are lists. Raises Http404 for what is old, damaged or another room's."""
    try:
        return signing.loads(text, salt=_salt(room), max_age=FRESH)
    except signing.BadSignature:
        raise Http404(_("This can no longer be undone.")) from None


def tags(address: str) -> str:
    """As `extra_tags` of a message: its toast gets a button that posts to `address`; none where there is none, or no server takes it."""
    return f"undo:{address}" if 0 < len(address) <= LONGEST else ""


def _salt(room: str) -> str:
    return f"{room}.undo"
