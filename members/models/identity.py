"""Person per platform identity, and the names each bore before."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """One identity on one platform. Two that turn out to be one human are merged by pointer, history stays."""

    realm = models.CharField(max_length=30)  # the adapter's kind: ids are unique inside a platform
    remote_id = models.CharField(max_length=255)
    name = models.CharField(_("name"), max_length=200)
    named_at = models.DateTimeField()  # when the event that gave the name occurred: an older one does not take it back
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="aliases")
    first_seen_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("person")
        constraints = [models.UniqueConstraint(fields=["realm", "remote_id"], name="person_identity_once")]
        indexes = [models.Index(fields=["name"], name="person_by_name")]  # who may be the same human

    def __str__(self) -> str:
        return self.name

    @property
    def human(self) -> "Person":
        """The person under whose name they are shown: what a merged identity was merged into."""
        return self.merged_into or self


class FormerName(models.Model):
    """A name a person bore before; kept once, with when they last gave it up."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="former_names", db_index=False)
    name = models.CharField(_("name"), max_length=200)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("former name")
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="former_name_once")]

    def __str__(self) -> str:
        return self.name
