"""python -m groupops.operations.murder [--sends N] [--seconds S] [--every S] [--seed N] [--mode …] [--database-url URL --redis-url URL]"""

import argparse
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from groupops.operations.murder import record
from groupops.operations.murder.installation import ROOT, Installation

MODES = {"idempotent": [True], "not-idempotent": [False], "both": [True, False]}


def main() -> int:
    """Run the trials; 0 when every promise was kept."""
    options = _options()
    if options.inside:
        return _inside(options)
    return 0 if all(_one(options, idempotent=idempotent) for idempotent in MODES[options.mode]) else 1


def _one(options: argparse.Namespace, *, idempotent: bool) -> bool:
    """One trial; what it leaves is kept where a promise was broken."""
    folder = Path(tempfile.mkdtemp(prefix="groupops-murder-"))
    installation = Installation.plan(folder, server=options.database_url, redis=options.redis_url)
    installation.create()
    kept = False
    try:
        kept = _trial(installation, options, idempotent=idempotent)
    finally:
        if kept:
            installation.drop()
            shutil.rmtree(folder, ignore_errors=True)
        else:
            sys.stderr.write(f"what happened: {folder}\n")
    return kept


def _trial(installation: Installation, options: argparse.Namespace, *, idempotent: bool) -> bool:
    """In a process of its own: settings are read once a process, and each trial has its own database."""
    plan = json.dumps({**vars(options), "record": "", "installation": [*map(str, vars(installation).values())], "idempotent": idempotent})
    command = [sys.executable, "-m", "groupops.operations.murder", "--inside", plan]
    done = subprocess.run(command, cwd=ROOT, env=installation.environment, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        sys.stderr.write("the trial itself broke\n")
        return False
    place = "PostgreSQL + Redis" if installation.server else "embedded"
    found = {"database": place, "seed": options.seed, **json.loads(lines[-1])}
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    if options.record:
        record.write(options.record, found)
    sys.stdout.flush()
    return bool(found["kept"])


def _inside(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from groupops.operations.murder import trial

    plan = json.loads(options.inside)
    folder, server, redis, name, web, platform = plan["installation"]
    installation = Installation(Path(folder), server, redis, name, int(web), int(platform))
    chosen = {key: plan[key] for key in ("sends", "seconds", "every", "seed", "idempotent")}
    sys.stdout.write(json.dumps(trial.run(installation, **chosen), ensure_ascii=False) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill web, worker and beat at random while posts go out; count on the platform's disk.")
    parser.add_argument("--sends", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60, help="over which the posts are written, under fire")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two kills, on average")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of who is killed when; printed with the count")
    parser.add_argument("--mode", choices=MODES, default="both")
    parser.add_argument("--database-url", default="", help="a PostgreSQL on which a scratch database is made")
    parser.add_argument("--redis-url", default="", help="the Redis that goes with it")
    parser.add_argument("--record", type=Path, help="the page that a row is added to")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
