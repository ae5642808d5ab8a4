"""Named places where a test kills the process: the promise "0 lost, 0 doubled" is shown there, not argued.

GROUPOPS_FAILPOINT=after-call kills at the first pass, after-call:3 at the third.
"""

import os
import signal
from itertools import count

POINTS = ("after-claim", "before-call", "after-call", "after-settle")
_passes = count(1)


def failpoint(name: str) -> None:
    """SIGKILL this process when GROUPOPS_FAILPOINT names this place."""
    wanted, _colon, nth = os.environ.get("GROUPOPS_FAILPOINT", "").partition(":")
    if wanted == name and next(_passes) == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
