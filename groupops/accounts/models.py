"""Users and their API tokens."""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groupops.accounts.policy import RIGHTS, Right, Role, Scope, Theme


class User(AbstractUser):
    """Somebody who operates groups. Deactivated, never deleted: the audit trail names them."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=60, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.VIEWER)
    language = models.CharField(_("language"), max_length=10, blank=True, choices=[("zh-hans", "简体中文"), ("en", "English")])
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")

    role_since = models.DateTimeField(default=timezone.now)  # the grace for a second factor counts from here
    second_factor_at = models.DateTimeField(null=True)  # since when they log in with one; allauth.mfa keeps which
    second_factor_reset_at = models.DateTimeField(null=True)  # when a colleague took it away; emptied by the next one

    request_source = ""  # where this very request came from; the door sets it, audit lines keep it

    objects: ClassVar[UserManager["User"]] = UserManager()  # type: ignore[assignment]
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.UniqueConstraint(Lower("username"), name="user_name_once"),  # login asks without regard to case
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def has_right(self, right: Right) -> bool:
        """Whether the role carries a right on the whole site."""
        return self.is_active and right in RIGHTS[Role(self.role)]


class TokenQuerySet(models.QuerySet["ApiToken"]):
    """Filters of tokens."""

    def live(self, at: datetime) -> "TokenQuerySet":
        """Neither revoked nor expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None)


class ApiToken(models.Model):
    """A key of the REST API. Only its digest is kept; the text is shown once."""

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(max_length=12, unique=True)  # names the token in lists and logs
    digest = models.CharField(max_length=64, unique=True)  # sha256 of the whole text
    scope = models.CharField(_("scope"), max_length=5, choices=Scope.choices, default=Scope.READ)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        constraints = [models.CheckConstraint(condition=Q(scope__in=Scope.values), name="token_scope_known")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_live(self, at: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)
