"""How do the cores of one machine share the parts of a company?

Each worker is a process that is told the number of a part, makes it, says how many rows it has, and is told the next.
The pipe between the two is also how each learns that the other is gone.
"""

import signal
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection

import pyarrow as pa

from datasets.world.parts import Plan, Unfinished, write_part

THREADS = 2


def write(
    plan: Plan, parts: Sequence[int], *, progress: Callable[[int], None], workers: int = 1
) -> Counter[str]:
    """Make the parts with this number of processes (1: in this one) and return the rows of each table.

    `progress` is called with how many of the parts are done. Raises what `write_part` raises, and Unfinished when a
    worker dies.
    """
    rows: Counter[str] = Counter()
    made = _one_by_one(plan, parts) if workers == 1 else _side_by_side(plan, parts, workers=workers)
    with closing(made):
        for done, part_rows in enumerate(made, start=1):
            rows.update(part_rows)
            progress(done)
    return rows


def bound_threads() -> None:
    """Each part is small, and more threads than two would only cost memory on a large machine."""
    pa.set_cpu_count(THREADS)
    pa.set_io_thread_count(THREADS)


def _one_by_one(plan: Plan, parts: Sequence[int]) -> Generator[dict[str, int]]:
    return (write_part(plan, part) for part in parts)


def _side_by_side(plan: Plan, parts: Sequence[int], *, workers: int) -> Generator[dict[str, int]]:
    spawn = get_context("spawn")
    waiting = iter(parts)
    crew = {}
    try:
        for _ in range(min(workers, len(parts))):
            ours, theirs = spawn.Pipe()
            crew[ours] = spawn.Process(target=_work, args=(plan, theirs), daemon=True)
            with _deaf_to_ctrl_c():
                crew[ours].start()
            theirs.close()
            ours.send(next(waiting))
        busy = list(crew)
        while busy:
            ready = connection.wait(busy)
            for pipe in [each for each in busy if each in ready]:
                yield _result(pipe)
                part = next(waiting, None)
                pipe.send(part)
                if part is None:
                    busy.remove(pipe)
    except (EOFError, ConnectionError):
        raise Unfinished(
            "a worker died, perhaps for want of memory; take fewer --workers or smaller parts"
        ) from None
    finally:
        for worker in crew.values():
            worker.terminate()
            worker.join()


def _result(pipe: Connection) -> dict[str, int]:
    result = pipe.recv()
    if isinstance(result, Exception):
        raise result
    return result


def _work(plan: Plan, pipe: Connection) -> None:
    """Make the parts that come through the pipe, until there are no more or nobody listens."""
    bound_threads()
    try:
        while (part := pipe.recv()) is not None:
            try:
                result = write_part(plan, part)
            except (ValueError, OSError, MemoryError) as error:
                result = error
            pipe.send(result)
    except (EOFError, ConnectionError):
        pass


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """A process that starts now does not hear Ctrl-C, which a terminal sends to all: its parent will end it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
