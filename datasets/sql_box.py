"""What do the company's tables say to a question in SQL that anybody may have typed?

    answer("SELECT channel, count(*) FROM orders GROUP BY channel", tables=tables_of_the_box(world.tables))

One statement, of type SELECT (FROM …, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES and PIVOT … IN (…) are such), over the
given tables alone. A process of its own reads it (sql_box_child.py says what it cannot do): the tables go to it through
a pipe, the answer comes back through a pipe, nothing is written, and it is killed when its time is over.

The keys of `Refused.reason`, each with its `details`:

    empty               -                          nothing was asked
    too_long            characters                 more than so many characters
    several_statements  statements                 how many there are
    not_select          statement                  its first word, in capitals
    pivot_needs_values  -                          PIVOT without IN (…)
    syntax              message                    DuckDB's words, English
    unknown_table       table, tables              what was named, and a list of what there is
    unknown_column      column                     as it was written
    unknown_function    function                   as it was written
    forbidden           name                       of the function
    out_of_reach        -                          a file, the network, an extension, a setting
    too_slow            seconds                    the limit
    too_much_memory     megabytes                  the limit
    too_big             megabytes                  the limit of the answer
    busy                seconds                    how long this question waited for its turn
    error               message                    DuckDB's words, English (a division of text, a bad date …)
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

CHILD = Path(__file__).with_name("sql_box_child.py")
LONGEST_QUERY = 10_000  # characters
MOST_BYTES = 8 << 20  # of an answer
START_SECONDS = 20.0  # to start a process and hand over the tables; the question's own time begins afterwards
WAIT_SECONDS = 15.0  # for one of the places
PLACES = threading.BoundedSemaphore(2)  # questions at once, whoever asks
KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without them some machines start no Python

REASONS = {
    "empty": "Nothing was asked: write a SELECT.",
    "too_long": "The question is longer than {characters} characters: shorten it.",
    "several_statements": "There are {statements} statements: ask one at a time.",
    "not_select": "{statement} is not answered here: only SELECT is.",
    "pivot_needs_values": "PIVOT needs its values here: write ON column IN (value, value).",
    "syntax": "This is not SQL that DuckDB can read: {message}",
    "unknown_table": "There is no table {table} here: there are {tables}.",
    "unknown_column": "There is no column {column} in these tables: DESCRIBE shows those of a table.",
    "unknown_function": "There is no function {function}.",
    "forbidden": "The function {name} is not allowed here: it reaches beyond the tables.",
    "out_of_reach": "Files, network, extensions and settings are out of reach here: ask of the tables alone.",
    "too_slow": "The question took longer than {seconds:g} seconds and was stopped: ask for less.",
    "too_much_memory": "The question needed more than {megabytes} MB of memory and was stopped: ask for less.",
    "too_big": "The answer is larger than {megabytes} MB: ask for fewer or shorter columns.",
    "busy": "Other questions are being answered: after {seconds:g} seconds it was still not this one's turn.",
    "error": "DuckDB could not answer: {message}",
}


class Refused(ValueError):
    """A question without an answer: `reason` is a key of `REASONS`, `details` fills its sentence.

    >>> str(Refused("several_statements", statements=2))
    'There are 2 statements: ask one at a time.'
    """

    def __init__(self, reason: str, **details: Any) -> None:
        """Fill the sentence, where a list reads as its items with commas."""
        said = {key: ", ".join(value) if isinstance(value, list) else value for key, value in details.items()}
        super().__init__(REASONS[reason].format(**said))
        self.reason, self.details = reason, details


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back.

    frame    pyarrow Table, at most row_limit rows. Numbers, decimals, texts, dates and timestamps keep their type;
             whole numbers wider than 64 bits, times, intervals, lists, structs and the like are texts.
             Names are unlike each other: the second "a" is "a_2".
    cut      whether there were more rows
    seconds  the question took, without starting the process and handing over the tables
    """

    frame: pa.Table
    cut: bool
    seconds: float


def tables_of_the_box(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables that a company has: those whose name does not begin with "truth"."""
    return {name: table for name, table in tables.items() if not name.lower().startswith("truth")}


def answer(
    query: str,
    *,
    tables: Mapping[str, pa.Table],
    row_limit: int = 1000,
    seconds: float = 10.0,
    memory_mb: int = 512,
) -> Answer:
    """Answer a question in DuckDB's SQL over `tables`, and over nothing else.

    tables     by the name they have in SQL, a Python identifier; all of them can be read
    row_limit  rows of the answer, at least 1
    seconds    the question may take, and twice as many processor seconds
    memory_mb  MiB that the question may take beside the tables, at least 64 (the whole process on Linux; elsewhere
               what DuckDB counts, which a few functions on very long texts escape)

    Raises Refused (a ValueError) for a question that has no answer, ValueError for a wrong argument.
    """
    if row_limit < 1 or seconds <= 0 or memory_mb < 64:
        raise ValueError("row_limit must be at least 1, seconds more than 0 and memory_mb at least 64")
    if not tables or not all(name.isascii() and name.isidentifier() for name in tables):
        raise ValueError(f"tables need plain names, letters, digits and _, and are called {list(tables)}")
    if not query.strip():
        raise Refused("empty")
    if len(query) > LONGEST_QUERY:
        raise Refused("too_long", characters=LONGEST_QUERY)
    if "\0" in query or any("\ud800" <= letter <= "\udfff" for letter in query):
        raise Refused("syntax", message="a character that no text has")
    waited = time.monotonic()
    if not PLACES.acquire(timeout=WAIT_SECONDS):
        raise Refused("busy", seconds=round(time.monotonic() - waited, 1))
    try:
        return _asked(query, tables, row_limit=row_limit, seconds=seconds, memory_mb=memory_mb)
    finally:
        PLACES.release()


def _asked(
    query: str, tables: Mapping[str, pa.Table], *, row_limit: int, seconds: float, memory_mb: int
) -> Answer:
    # a table is read by its name alone, so one that the question does not name travels without its rows
    named = [name for name in tables if name.lower() in query.lower()]
    question = {
        "query": query,
        "tables": list(tables),
        "named": named,
        "row_limit": row_limit,
        "seconds": seconds,
        "memory_mb": memory_mb,
        "most_bytes": MOST_BYTES,
    }
    sent = {name: table if name in named else table.slice(0, 0) for name, table in tables.items()}
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=os.sep,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    assert process.stdin and process.stdout
    try:
        with _alarm(process, START_SECONDS) as late:
            with suppress(OSError):  # it died: there will be no "ready"
                _hand_over(process.stdin, question, sent)
            ready = process.stdout.readline(16) == b"ready\n"
        if late.is_set():
            raise Refused("busy", seconds=START_SECONDS)
        if not ready:
            raise _died(process, memory_mb=memory_mb, seconds=seconds)
        started = time.monotonic()
        with _alarm(process, seconds) as late:
            line = process.stdout.readline(LONGEST_QUERY * 10)
            body = process.stdout.read(2 * MOST_BYTES)
        took = time.monotonic() - started
        if late.is_set():
            raise Refused("too_slow", seconds=seconds)
        try:
            said = json.loads(line)
            if "reason" not in said:
                return Answer(frame=pa.ipc.open_stream(body).read_all(), cut=said["cut"], seconds=took)
        except (ValueError, OSError):
            raise _died(process, memory_mb=memory_mb, seconds=seconds) from None
    finally:
        _kill(process)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()
    limits = {"megabytes": memory_mb} if said["reason"] == "too_much_memory" else {}
    raise Refused(said["reason"], **said["details"], **limits)


def _hand_over(pipe: IO[bytes], question: dict[str, Any], tables: Mapping[str, pa.Table]) -> None:
    pipe.write(json.dumps(question).encode() + b"\n")
    for table in tables.values():
        with pa.ipc.new_stream(pipe, table.schema) as stream:
            stream.write_table(table)
    pipe.flush()


@contextmanager
def _alarm(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kill the process after so many seconds; the event says that it was."""
    rang = threading.Event()

    def ring() -> None:
        rang.set()
        _kill(process)

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield rang
    finally:
        timer.cancel()
        timer.join()  # or it might kill whoever is given the same number next


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is not None:  # its number may be somebody else's by now
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _died(process: subprocess.Popen[bytes], *, memory_mb: int, seconds: float) -> Refused:
    """Why a process ended before it had answered: the system's limits end it with a signal."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=2)
    names = {-number.value: number.name for number in signal.Signals}
    ended = names.get(process.returncode or 0, str(process.returncode))
    if ended == "SIGXCPU":
        return Refused("too_slow", seconds=seconds)
    if ended in ("SIGABRT", "SIGKILL"):
        return Refused("too_much_memory", megabytes=memory_mb)
    return Refused("error", message=f"its process ended with {ended}")
