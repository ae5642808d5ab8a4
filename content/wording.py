"""What people did to a post, in words: for its history, and for whoever was a moment too slow."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DID: dict[str, Promise] = {
    "post.create": _("wrote it"),
    "post.edit": _("changed it"),
    "post.move": _("moved it"),
    "post.submit": _("submitted it for approval"),
    "post.approve": _("approved it"),
    "post.send_back": _("sent it back"),
    "post.hold": _("held it"),
    "post.unhold": _("released the hold"),
    "post.send_now": _("sent it at once"),
    "post.send_again": _("sent it again"),
    "post.cancel": _("cancelled it"),
    "post.restore": _("brought it back"),
    "post.test": _("sent a test"),
    "slot.write_ahead": _("wrote it for this one day"),
}


def did(verb: str) -> str | Promise:
    """The words for an audit verb; one that is unknown speaks for itself."""
    return DID.get(verb, verb)
