"""How somebody can be reached, and what they agreed to: kinds, purposes, and what a withdrawal forbids. Pure."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.shared.errors import Invalid

VALUE_LENGTH = 120
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,24}")
WECHAT = re.compile(r"[^\s]{2,60}")


class ContactKind(TextChoices):
    """By what somebody is reached."""

    PHONE = "phone", _("Telephone")
    WECHAT = "wechat", _("WeChat id")
    EMAIL = "email", _("E-mail")


class Origin(TextChoices):
    """Where a contact comes from."""

    MEMBER = "member", _("The member said it")
    FORM = "form", _("A form")
    IMPORT = "import", _("An imported list")
    STAFF = "staff", _("A colleague knew it")


class Purpose(TextChoices):
    """What somebody may be written to for, or their data kept for."""

    CARE = "care", _("Private questions about their membership")
    NEWS = "news", _("News about what they asked for")
    INVITES = "invites", _("Invitations to groups and events")
    OFFERS = "offers", _("Offers and promotions")
    CONTACTS = "contacts", _("Keeping how to reach them")


class Told(TextChoices):
    """How they said it."""

    CHAT = "chat", _("In the chat")
    FORM = "form", _("By a form")
    WRITING = "writing", _("In writing")
    SPEECH = "speech", _("By word of mouth")


WITHDRAWN = gettext_noop("They withdrew their consent to messages of this kind.")


class NotAContact(Invalid):
    """No telephone number, no account and no address looks like this."""

    code = "no_contact"


def cleaned(kind: ContactKind, value: str) -> str:
    """A contact in one spelling, so that the same one is not kept twice. Raises NotAContact."""
    text = value.strip()
    match kind:
        case ContactKind.PHONE if PHONE.fullmatch(text):
            return re.sub(r"[ ()-]", "", text)
        case ContactKind.WECHAT if WECHAT.fullmatch(text):
            return text
        case ContactKind.EMAIL if len(text) <= VALUE_LENGTH and _is_address(text):
            return text.lower()
    raise NotAContact(_("This does not look like one: check the kind and the spelling."), field="value")


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
