"""Prints the one-time link on which the first user is made: `manage.py first_user_link`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from groupops.accounts import services as accounts
from groupops.accounts.services.links import LINK_LIFE


class Command(BaseCommand):
    """The link while nobody exists; afterwards says so."""

    help = "Print the one-time link for the first user of this installation."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line; a new link each time, all of them die with the first user."""
        token = accounts.first_user_token()
        if token is None:
            self.stdout.write(f"There are users already. Log in: {settings.PUBLIC_URL}{reverse(settings.LOGIN_URL)}")
        else:
            hours = int(LINK_LIFE.total_seconds() // 3600)
            self.stdout.write(f"Make the first user (valid {hours} hours): {settings.PUBLIC_URL}{reverse('first-user', args=[token])}")
