"""A fake platform of a sandbox's own. There is no address in it, and no way to give it one: it reaches a folder and nothing else."""

from typing import ClassVar

from django.utils.translation import gettext_lazy

from groupops.messaging.adapter import CredentialField
from groupops.messaging.adapters.memory import Memory
from groupops.messaging.adapters.memory.calls import Calls
from groupops.messaging.fake_platform import ondisk
from groupops.shared import clock


class Sandbox(Memory):
    """Like the demo's platform, but for the sandbox page alone: it makes the connection, and it alone fetches what is said."""

    kind = "sandbox"
    label = gettext_lazy("Sandbox")
    about = gettext_lazy("A room of the sandbox. Nobody real is in it.")
    fields: ClassVar[tuple[CredentialField, ...]] = ()
    polls = False
    pushes = False
    pretends = True

    @classmethod
    def offered(cls) -> bool:
        """Never: nobody connects it by hand."""
        return False

    @property
    def calls(self) -> Calls:
        """Requests to the folder of the sandbox, at the time of its own clock."""
        folder, stands = ondisk.folder_of(self.config.get("folder", "none")), self.config.get("clock", "")
        transport = ondisk.Transport(folder, now=lambda: ondisk.shows(stands, clock.now()))
        return Calls(self.config, self.timeout, transport)
