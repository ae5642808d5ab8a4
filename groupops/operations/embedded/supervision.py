"""Keeps the programs of supervisor.conf running, and ends all of them."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from groupops.operations.embedded import processes

CONFIG = Path(__file__).with_name("supervisor.conf")
STOP_SECONDS = 40  # the longest stopwaitsecs of every program in turn, and some air


@dataclass
class Supervision:
    """supervisord below this process. It restarts what dies; we restart it, should it die itself."""

    environment: dict[str, str]
    log: Path  # supervisord's own complaints, before its log file is open
    directory: Path
    restarts: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start supervisord in a session of its own: Ctrl-C reaches us alone, and we stop the rest in order."""
        processes.adopt_orphans()
        with self.log.open("ab") as output:
            self._process = processes.spawn(
                [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(CONFIG)],
                cwd=self.directory,
                env=os.environ | self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def keep(self) -> bool:
        """Restart supervisord where it died, after ending what it left behind; whether it had to. Call it often."""
        if self._process is None or self._process.poll() is None:
            processes.reap(except_for=self._process.pid if self._process else None)
            return False
        processes.kill_descendants()
        self.restarts += 1
        self.start()
        return True

    def stop(self) -> None:
        """Stop every program in order, then end whatever is still there."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=STOP_SECONDS)
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                self._process.kill()
                self._process.wait()
        processes.kill_descendants()
