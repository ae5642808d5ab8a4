"""What kinds of rules and their settings are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from moderation.detection.rules import RuleKind

K = RuleKind
KINDS: dict[RuleKind, Promise] = {
    K.WORDS: _("Sensitive words"),
    K.PATTERN: _("Patterns (RE2)"),
    K.LINK: _("Links and domains"),
    K.CONTACT: _("Contact handles"),
    K.FLOOD: _("Flood"),
    K.REPEAT: _("Repeated messages"),
    K.NEAR_DUPLICATE: _("Nearly the same by several people or groups"),
    K.MENTIONS: _("Many mentions"),
    K.EMOJI: _("Many emoji or pictures"),
    K.JOB_LABEL: _("Job posts without a label"),
    K.PROMOTION: _("Promotion without approval"),
    K.PAID_SERVICE: _("Paid service without a label"),
    K.PROBATION: _("First posts of newcomers"),
    K.CODE: _("Code without a block"),
    K.ARTICLE: _("Article without a word of introduction"),
    K.COOPERATION: _("Cooperation without detail"),
    K.MODEL: _("The model that learns"),
}
SETTINGS: dict[str, Promise] = {
    "words": _("words, one a line"),
    "except": _("but not inside these, one a line"),
    "homophones": _("also words that sound the same"),
    "homophones_from": _("sound is compared from so many characters on"),
    "patterns": _("patterns, one a line"),
    "text": _("looked for in"),
    "refuse": _("which links"),
    "allow": _("always allowed, one a line"),
    "deny": _("never allowed, one a line"),
    "wechat": _("WeChat numbers"),
    "qq": _("QQ numbers"),
    "phone": _("telephone numbers"),
    "invitation": _("invitations to other groups"),
    "messages": _("messages"),
    "seconds": _("within seconds"),
    "times": _("times"),
    "minutes": _("within minutes"),
    "length": _("texts of at least so many characters"),
    "mentions": _("people mentioned"),
    "everyone": _("everybody mentioned at once"),
    "emoji": _("emoji in a message"),
    "pictures": _("pictures"),
    "similarity": _("alike in percent"),
    "groups": _("groups"),
    "members": _("people"),
    "labels": _("labels, one a line"),
    "approved": _("words that say it was approved, one a line"),
    "lines": _("lines"),
    "least": _("characters besides"),
    "posts": _("first messages"),
    "hours": _("hours after joining"),
    "links": _("links"),
    "contacts": _("contact handles"),
    "from": _("above which threshold"),
}


def kinds() -> list[tuple[str, Promise]]:
    """Choices of a form."""
    return [(kind.value, label) for kind, label in KINDS.items()]
