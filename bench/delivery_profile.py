"""Where one worker's time goes while posts leave: statements, and calls by their whole and their own time."""

import cProfile
import pstats
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection as database
from posts import PATIENCE, post

from groupops.messaging import delivery
from groupops.messaging.models import Binding
from groupops.shared import clock

AGO = timedelta(seconds=2)


def profile(bindings: list[Binding], posts: int) -> None:
    """Where one worker's time goes: calls by their own and their whole time, statements per delivery."""
    post(bindings, posts, lambda _n: clock.now() - AGO)
    statements: Counter[str] = Counter()
    seconds: Counter[str] = Counter()

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, *rest)
        finally:
            name = " ".join(sql.split())[:60]
            statements[name] += 1
            seconds[name] += time.perf_counter() - started

    profiler = cProfile.Profile()
    wall, cpu = time.perf_counter(), time.process_time()
    with database.execute_wrapper(count):
        delivery.run(now=clock.now, seconds=PATIENCE)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"one process: {posts / wall:.0f} sends/s, {wall / posts * 1e3:.1f} ms each, of which {cpu / posts * 1e3:.1f} ms of our CPU;",
        end=" ",
    )
    print(f"{statements.total() / posts:.1f} statements each, {sum(seconds.values()) / posts * 1e3:.1f} ms")
    for name, times in statements.most_common(24):
        print(f"  {times / posts:5.2f} × {seconds[name] / times * 1e3:5.2f} ms  {name}")
    post(bindings, posts, lambda _n: clock.now() - AGO)
    profiler.runcall(delivery.run, now=clock.now, seconds=PATIENCE)
    stats = pstats.Stats(profiler)
    stats.sort_stats("cumulative").print_stats("groupops|content|httpx/_client|psycopg2|transaction.py", 45)
    stats.sort_stats("tottime").print_stats(25)
