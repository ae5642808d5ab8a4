"""How a person can be reached, sealed; and what they agreed to, with its history."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.consenting import ContactKind, Origin, Purpose, Told
from members.models.identity import Person


class Contact(models.Model):
    """A way to reach somebody. Sealed; lists know it masked, and the same one by its digest. Taken out, it is deleted a day later."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="contacts", db_index=False)
    kind = models.CharField(_("kind of contact"), max_length=6, choices=ContactKind.choices)
    sealed = models.TextField()
    shown = models.CharField(_("contact"), max_length=20)  # masked
    digest = models.CharField(max_length=64)
    origin = models.CharField(_("where from"), max_length=6, choices=Origin.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(_("since"))
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("contact of a person")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "digest"], condition=Q(removed_at=None), name="contact_once"),
            models.CheckConstraint(condition=Q(kind__in=ContactKind.values), name="contact_kind_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="contact_origin_known"),
            models.CheckConstraint(condition=~Q(sealed="") & ~Q(digest=""), name="contact_sealed"),
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="contact_of_person"),
            models.Index(fields=["removed_at"], condition=Q(removed_at__isnull=False), name="contact_to_delete"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shown}"


class Consent(models.Model):
    """A person gave or withdrew their consent to something. Never rewritten: the latest of a purpose counts."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose.choices)
    given = models.BooleanField(_("given"))
    told = models.CharField(_("how they said it"), max_length=7, choices=Told.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("consent")
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="consent_purpose_known"),
            models.CheckConstraint(condition=Q(told__in=Told.values), name="consent_told_known"),
        ]
        indexes = [
            models.Index(fields=["person", "purpose", "-at", "-id"], name="consent_of_person"),
            models.Index(fields=["-at", "-id"], name="consent_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.given}"
