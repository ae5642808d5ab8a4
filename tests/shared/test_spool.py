"""The broker that is a folder: nothing half-written is read, nothing is read twice."""

import multiprocessing
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

import groupops  # noqa: F401  (the app gives the transport its name)
from groupops.shared.spool import Channel

MESSAGES, WRITERS, READERS = 300, 2, 3


def channel(folder: Path) -> Channel:
    """A channel on the folder, as Celery opens it."""
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    opened: Channel = Connection("spool://localhost", transport_options=options).channel()  # type: ignore[assignment]  # the transport decides the class
    return opened


def write(folder: Path, writer: int) -> None:
    """A process that rings."""
    out = channel(folder)
    for number in range(MESSAGES):
        out._put("celery", {"id": f"{writer}-{number}", "body": "x" * 20_000})


def read(folder: Path, taken: "multiprocessing.Queue[str]") -> None:
    """A process that takes until nothing came for a second."""
    into, idle = channel(folder), 0
    while idle < 200:
        try:
            taken.put(into._get("celery")["id"])
            idle = 0
        except Empty:
            idle += 1
            multiprocessing.Event().wait(0.005)


def test_every_message_is_taken_once_and_whole(tmp_path: Path) -> None:
    """Writers and readers at the same time; kombu's own transport fails here with a JSON error."""
    context = multiprocessing.get_context("fork")
    taken: multiprocessing.Queue[str] = context.Queue()
    processes = [context.Process(target=write, args=(tmp_path, number)) for number in range(WRITERS)]
    processes += [context.Process(target=read, args=(tmp_path, taken)) for _ in range(READERS)]
    for process in processes:
        process.start()
    found = [taken.get(timeout=60) for _ in range(MESSAGES * WRITERS)]
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0] * len(processes)
    assert len(set(found)) == MESSAGES * WRITERS
    assert taken.empty()


def test_the_oldest_comes_first_and_queues_are_apart(tmp_path: Path) -> None:
    """Also where one queue's name is the end of another's."""
    both = channel(tmp_path)
    for number in (1, 2):
        both._put("celery", {"id": number})
    both._put("my.celery", {"id": 3})
    assert [both._get("celery")["id"], both._get("celery")["id"]] == [1, 2]
    with pytest.raises(Empty):
        both._get("celery")
    assert both._get("my.celery") == {"id": 3}
    assert list(tmp_path.glob("*.msg*")) == []


def test_a_damaged_message_is_dropped_and_the_next_taken(tmp_path: Path) -> None:
    """As a full disk leaves them."""
    spool = channel(tmp_path)
    (tmp_path / "-damaged.celery.msg").write_text("")
    spool._put("celery", {"id": 1})
    assert spool._get("celery") == {"id": 1}
    assert list(tmp_path.iterdir()) == []


def test_exchanges_bound_by_several_are_all_there(tmp_path: Path) -> None:
    """Web, worker and beat bind at the same moment when an installation starts for the first time."""
    spools = [channel(tmp_path) for _ in range(3)]
    for number, spool in enumerate(spools):
        spool._queue_bind("celery", "celery", "", f"queue{number}")
        spool._queue_bind("celery", "celery", "", f"queue{number}")
    assert sorted(row.queue for row in spools[0].get_table("celery")) == ["queue0", "queue1", "queue2"]
