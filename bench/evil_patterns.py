"""A thousand patterns that hang other engines, each over texts of 100 KB: every search takes less than 50 ms, or the pattern is refused.

python bench/evil_patterns.py [--patterns 1000]      Fails when one is slower; prints the slowest. CPU times, best of three.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.conf import settings

settings.configure(USE_I18N=False)

from moderation.detection.patterns import compiled, search  # noqa: E402
from moderation.detection.settings import BadSettings  # noqa: E402
from tests.moderation.detection.evil import TEXTS, patterns  # noqa: E402

LIMIT = 0.05  # seconds


def searched(pattern: str) -> float | None:
    """The longest of its searches, in seconds; None of a refused one."""
    try:
        made = compiled(pattern)
    except BadSettings:
        return None
    return max(min(_timed(made, text) for _again in range(3)) for text in TEXTS)


def _timed(made: object, text: str) -> float:
    began = time.process_time()
    search(made, text)
    return time.process_time() - began


def main() -> int:
    """One line a slow pattern, then the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patterns", type=int, default=1000)
    tried = {pattern: searched(pattern) for pattern in patterns(parser.parse_args().patterns)}
    timed = sorted(((took, pattern) for pattern, took in tried.items() if took is not None), reverse=True)
    for took, pattern in timed[:5]:
        print(f"{1000 * took:8.2f} ms  {pattern}")
    slow = sum(took > LIMIT for took, _pattern in timed)
    refused = len(tried) - len(timed)
    print(f"{len(tried)} patterns on {len(TEXTS)} texts of 100 KB: {refused} refused, {slow} slower than {1000 * LIMIT:.0f} ms")
    return min(slow, 1)


if __name__ == "__main__":
    sys.exit(main())
