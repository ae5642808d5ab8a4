"""`just murder`: the trial on the embedded default, then on a private PostgreSQL and Redis. Arguments go to the trial.

Usage: python -m tests.murder [--sends N] …
"""

import subprocess
import sys

from tests import servers

TRIAL = [sys.executable, "-m", "groupops.operations.murder"]


def main() -> int:
    """0 when every promise was kept in every trial."""
    embedded = subprocess.run([*TRIAL, *sys.argv[1:]], check=False).returncode
    with servers.postgresql() as database, servers.redis() as redis:
        there = ["--database-url", database, "--redis-url", redis]
        return embedded or subprocess.run([*TRIAL, *there, *sys.argv[1:]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
