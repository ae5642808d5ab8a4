"""The chain's head outside the database: a line a day in a file that nobody who tampers with tables reaches.

Whoever cuts the chain short can also rewrite what the sealer remembers; they cannot make the file forget.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from groupops.record.models import AuditSeal

NAME = "audit-heads.log"


def home() -> Path:
    """Where the lines are. Copy it to another machine, the farther away the better."""
    return Path(settings.STATE_DIR) / NAME


def export(*, at: datetime) -> str | None:
    """Add today's head, unless one of this day stands already; returns the line that was added."""
    last = list(_lines())[-1:]
    if last and last[0].split()[0][:10] == f"{at:%Y-%m-%d}":
        return None
    seal = AuditSeal.objects.order_by("-number").first()
    if seal is None:
        return None
    line = f"{at:%Y-%m-%dT%H:%M:%SZ} {seal.number} {seal.digest}"
    with home().open("a") as file:
        file.write(f"{line}\n")
    return line


def contradicted() -> list[str]:
    """The lines whose link is missing in the chain or has another digest: it was cut short or written anew. One query."""
    told = {}
    for line in _lines():
        _day, number, digest = line.split()
        told[int(number)] = (digest, line)
    stand = dict(AuditSeal.objects.filter(number__in=told).values_list("number", "digest"))
    return [line for number, (digest, line) in sorted(told.items()) if stand.get(number) != digest]


def set_aside(*, at: datetime) -> None:
    """A restore begins a new file: the chain of the backup is shorter than what was noted since."""
    if home().exists():
        home().rename(home().with_name(f"audit-heads-until-{at:%Y%m%d-%H%M%S}.log"))


def _lines() -> Iterator[str]:
    if home().exists():
        yield from (line for line in home().read_text().splitlines() if len(line.split()) == 3)
