"""Takes the second factor away from somebody who is locked out: `manage.py reset_second_factor NAME`. For the last founder."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from groupops.accounts import services as accounts
from groupops.accounts.models import User
from groupops.shared import clock
from groupops.shared.errors import Refused


class Command(BaseCommand):
    """Whoever may run commands on this machine may do it; the audit trail and an alarm say that it was done."""

    help = "Take the second factor away from a user, end their sessions, and tell the founders."

    def add_arguments(self, parser: CommandParser) -> None:
        """The user name."""
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        """One line; a name that nobody has, or a user without a second factor, is an error."""
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"Nobody has the user name {username}.")
        try:
            n = accounts.reset_factor(user=user, by=None, at=clock.now())
        except Refused as refused:
            raise CommandError(str(refused.message)) from None
        self.stdout.write(f"{user.username} logs in with the password alone now; {n} taken away. They are asked to set up a new one.")
