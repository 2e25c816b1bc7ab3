"""The store: what it has acknowledged is there, whoever kills it and however many write at once."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from classroom import store
from classroom.store import Progress, StoreUnavailable, open_store

ROOT = Path(__file__).parent.parent
WRITER = """
import sys
from classroom.store import open_store
store = open_store()
for n in range(int(sys.argv[2])):
    store.record(learner=sys.argv[1], kind="checked", topic="c/t", name=str(n), value=n)
    print(n, flush=True)
store.close()
"""
OPENER = """
import os, sys
import alembic.operations, alembic.runtime.migration, alembic.script
from classroom.store import open_store
print("ready", flush=True)
for folder in sys.stdin:
    os.environ["CRM_LAB_HOME"] = folder.strip()
    try:
        open_store().close()
        print("opened", flush=True)
    except Exception as error:
        print(repr(error.__cause__ or error), flush=True)
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "new" / "home"
    monkeypatch.setenv("CRM_LAB_HOME", str(folder))
    return folder


@contextmanager
def python(code, *arguments) -> Iterator[Any]:
    command = [sys.executable, "-c", code, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def kept(home):
    """The events, read past our own code."""
    with closing(sqlite3.connect(home / store.FILE)) as connection:
        return connection.execute("SELECT learner, name, value FROM events ORDER BY id").fetchall()


def test_the_first_prediction_counts_and_the_latest_answer(home):
    with closing(open_store()) as a:
        a.record(learner="ann", kind="predicted", topic="customer_value/rfm", value=0.25)
        a.record(learner="ann", kind="predicted", topic="customer_value/rfm", value=0.75)
        a.record(learner="ann", kind="checked", topic="customer_value/rfm", name="one", value="wrong 错")
        a.record(learner="ann", kind="checked", topic="customer_value/rfm", name="one", value="right")
        a.record(learner="ann", kind="checked", topic="customer_value/rfm", name="two", value=[1, None])
        a.record(learner="ann", kind="done", topic="customer_value/rfm")
        a.record(learner="ann", kind="done", topic="customer_value/rfm")
        a.record(learner="bob", kind="predicted", topic="customer_value/rfm", value="bob's")
        a.record(learner="ann", kind="predicted", topic="customer_value/rfm", value=1, course="other")
    with closing(open_store()) as b:
        assert b.progress(learner="ann") == Progress(
            predictions={"customer_value/rfm": 0.25},
            checks={"customer_value/rfm": {"one": "right", "two": [1, None]}},
            done=frozenset({"customer_value/rfm"}),
        )
        assert b.progress(learner="bob").predictions == {"customer_value/rfm": "bob's"}
        assert b.progress(learner="ann", course="other").predictions == {"customer_value/rfm": 1}
        assert b.progress(learner="nobody") == Progress()
    assert len(kept(home)) == 9


def test_attempts_are_kept_in_their_order_each_with_its_variant(home):
    right, wrong = {"answer": "12,5", "right": True}, {"answer": "１２", "right": False}
    with closing(open_store()) as a:
        a.record(learner="ann", kind="attempted", topic="churn/months", name="1", value=wrong)
        a.record(learner="ann", kind="attempted", topic="churn/months", name="10", value=wrong)
        a.record(learner="ann", kind="attempted", topic="churn/months", name="2", value=right)
        a.record(learner="ann", kind="attempted", topic="loyalty/run", name="1", value=right)
        a.record(learner="bob", kind="attempted", topic="loyalty/run", name="1", value=wrong)
        attempts = a.progress(learner="ann").attempts
        times = [one.pop("at") for one in attempts["churn/months"]]
        assert times == sorted(times)
        assert attempts["churn/months"] == [
            {**wrong, "variant": 1},
            {**wrong, "variant": 10},
            {**right, "variant": 2},
        ]
        assert [one["right"] for one in attempts["loyalty/run"]] == [True]
        assert a.progress(learner="ann").done == frozenset()


def test_the_page_opened_last_is_where_a_learner_goes_on(home):
    with closing(open_store()) as a:
        for learner, topic in (("ann", "churn"), ("ann", "churn/sbg"), ("bob", "loyalty"), ("ann", "churn")):
            a.record(learner=learner, kind="opened", topic=topic, value=True)
        assert a.progress(learner="ann").latest == "churn"
        assert a.progress(learner="bob").latest == "loyalty"
        assert a.progress(learner="nobody").latest == ""


def test_a_store_of_the_first_version_is_brought_up_to_date_and_keeps_its_events(home):
    with closing(open_store()) as a:
        a.record(learner="ann", kind="predicted", topic="customer_value/rfm", value=0.25)
    with closing(sqlite3.connect(home / store.FILE)) as connection:
        connection.executescript("DROP VIEW attempts; DROP VIEW places;")
        connection.execute("UPDATE alembic_version SET version_num = 'v0001_events'")
        connection.commit()
    with closing(open_store()) as b:
        b.record(learner="ann", kind="opened", topic="churn", value=True)
        past = b.progress(learner="ann")
    assert past.predictions == {"customer_value/rfm": 0.25}
    assert past.latest == "churn"


def test_time_is_utc_microseconds_and_follows_the_order_of_events(home):
    with closing(open_store()) as a:
        for n in range(20):
            a.record(learner="ann", kind="done", topic=f"c/{n}")
    with closing(sqlite3.connect(home / store.FILE)) as connection:
        times = [at for (at,) in connection.execute("SELECT at FROM events ORDER BY id")]
        # SQLite's own clock, to the second.
        (now,) = connection.execute("SELECT CAST(strftime('%s', 'now') AS INTEGER)").fetchone()
    assert times == sorted(times)
    assert abs(times[-1] / 1e6 - now) < 5


@pytest.mark.parametrize(
    "event",
    [
        {"learner": "ann", "kind": "guessed", "topic": "c/t"},
        {"learner": "", "kind": "done", "topic": "c/t"},
        {"learner": "ann", "kind": "done", "topic": ""},
        {"learner": "ann", "kind": "predicted", "topic": "c/t", "value": float("nan")},
    ],
)
def test_a_malformed_event_is_refused_and_nothing_is_kept(home, event):
    with closing(open_store()) as a, pytest.raises(ValueError):
        a.record(**event)
    assert kept(home) == []


def test_acknowledged_events_survive_kill_9(home):
    acknowledged = []
    with closing(open_store()):
        pass
    for round_ in range(2):
        with python(WRITER, f"a{round_}", "100000") as a, python(WRITER, f"b{round_}", "100000") as b:
            seen = {a: [a.stdout.readline() for _ in range(40 + 20 * round_)], b: [b.stdout.readline()]}
            for process in (a, b):
                process.kill()
                # What was printed before the blow fell was acknowledged too.
                seen[process] += process.stdout.readlines()
            for process, learner in ((a, f"a{round_}"), (b, f"b{round_}")):
                acknowledged += [(learner, line.strip()) for line in seen[process] if line.endswith("\n")]
    assert len(acknowledged) > 100
    present = {(learner, name) for learner, name, _ in kept(home)}
    assert set(acknowledged) <= present
    # For each writer killed, only the one event that was under way may be there unacknowledged.
    assert len(present) <= len(acknowledged) + 4
    with closing(open_store()) as after:
        after.record(learner="after", kind="done", topic="c/t")
        assert after.progress(learner="after").done == {"c/t"}
    with closing(sqlite3.connect(home / store.FILE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_two_processes_of_two_threads_lose_nothing(home):
    both = """
import threading
from classroom.store import open_store
store = open_store()
def write(learner):
    for n in range(100):
        store.record(learner=learner, kind="checked", topic="c/t", name=str(n), value=n)
        if n % 20 == 0:
            store.progress(learner=learner)
import sys
threads = [threading.Thread(target=write, args=(sys.argv[1] + t,)) for t in "xy"]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
store.close()
"""
    with python(both, "a") as a, python(both, "b") as b:
        assert a.wait(60) == 0
        assert b.wait(60) == 0
    expected = {(learner, str(n), str(n)) for learner in ("ax", "ay", "bx", "by") for n in range(100)}
    assert len(kept(home)) == 400
    assert set(kept(home)) == expected


def test_two_processes_may_make_the_store_at_the_same_moment(tmp_path):
    with python(OPENER) as a, python(OPENER) as b:
        for process in (a, b):
            assert process.stdout.readline() == "ready\n"
        for n in range(12):
            for process in (a, b):
                process.stdin.write(f"{tmp_path / str(n)}\n")
                process.stdin.flush()
            assert [process.stdout.readline() for process in (a, b)] == ["opened\n", "opened\n"]
        for process in (a, b):
            process.stdin.close()


def test_threads_may_open_stores_at_the_same_moment(tmp_path):
    """Same folder and different ones: alembic's operations are one object for the process."""
    failures = []
    start = threading.Barrier(6)

    def open_and_write(n):
        start.wait()
        try:
            with closing(open_store(f"sqlite:///{tmp_path / str(n % 3)}.sqlite3")) as a:
                a.record(learner=str(n), kind="done", topic="c/t")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=open_and_write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_sqlite_is_set_as_the_design_says(home):
    with closing(open_store()) as a:
        statements = []
        with a._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
            sqlite: Any = connection.connection.driver_connection
            sqlite.set_trace_callback(statements.append)
        a.record(learner="ann", kind="done", topic="c/t")
        assert [text.split()[0:2] for text in statements] == [
            ["ROLLBACK"],
            ["BEGIN", "IMMEDIATE"],
            ["INSERT", "INTO"],
            ["COMMIT"],
        ]
        statements.clear()
        a.progress(learner="ann")
        assert statements[0] == "BEGIN"


def test_a_current_store_opens_without_alembic(home):
    open_store().close()
    code = "import sys; from classroom.store import open_store; open_store().close(); print(*sys.modules)"
    with python(code) as process:
        loaded = process.communicate()[0].split()
    assert "classroom.store" in loaded
    assert "alembic" not in loaded


def test_the_index_serves_every_view(home):
    """No view may read the events of other learners."""
    with closing(open_store()) as a, a._engine.connect() as connection:
        for view in ("predictions", "checks", "done", "attempts", "places"):
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE learner = 'a' AND course = 'local'"
            )
            steps = [row[-1] for row in plan]
            assert not {"SCAN e", "SCAN events"} & set(steps), steps
            assert any("learner=? AND course=?" in step for step in steps), steps


def test_without_crm_lab_home_the_store_is_in_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("CRM_LAB_HOME", raising=False)
    monkeypatch.setattr(store.platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    open_store().close()
    assert (tmp_path / "data" / "crm_lab.sqlite3").is_file()


def unavailable(reason):
    return pytest.raises(StoreUnavailable, check=lambda error: error.reason == reason)


def test_a_folder_that_cannot_be_made_is_not_writable(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CRM_LAB_HOME", str(tmp_path / "file" / "home"))
    with unavailable("not_writable"):
        open_store()


def test_a_folder_in_the_place_of_the_file_is_not_writable(home):
    (home / store.FILE).mkdir(parents=True)
    with unavailable("not_writable"):
        open_store()


def test_a_store_that_may_only_be_read_still_tells_progress(home):
    with closing(open_store()) as a:
        a.record(learner="ann", kind="done", topic="c/t")
    with closing(open_store(f"sqlite:///file:{home / store.FILE}?mode=ro&uri=true")) as a:
        with unavailable("not_writable"):
            a.record(learner="ann", kind="done", topic="c/u")
        assert a.progress(learner="ann").done == {"c/t"}


@pytest.mark.parametrize("content", [b"no database " * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_damaged_and_left_alone(home, content):
    home.mkdir(parents=True)
    (home / store.FILE).write_bytes(content)
    with unavailable("damaged"):
        open_store()
    assert (home / store.FILE).read_bytes() == content


def test_a_store_with_its_pages_overwritten_is_damaged(home):
    with closing(open_store()) as a:
        a.record(learner="ann", kind="done", topic="c/t")
    file = home / store.FILE
    file.write_bytes(file.read_bytes()[:1024] + b"\x5a" * (file.stat().st_size - 1024))
    with unavailable("damaged"), closing(open_store()) as a:
        a.progress(learner="ann")


@pytest.mark.parametrize("table", ["songs (title TEXT)", "alembic_version (version_num TEXT)"])
def test_another_programs_database_is_left_alone(home, table):
    home.mkdir(parents=True)
    with closing(sqlite3.connect(home / store.FILE)) as connection, connection:
        connection.execute(f"CREATE TABLE {table}")
    before = (home / store.FILE).read_bytes()
    with unavailable("not_ours"):
        open_store()
    assert (home / store.FILE).read_bytes() == before


def test_a_newer_store_is_left_alone(home):
    open_store().close()
    with closing(sqlite3.connect(home / store.FILE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9999_later'")
    with unavailable("not_ours"):
        open_store()


def test_a_full_disk_is_told_and_the_store_goes_on_afterwards(home):
    with closing(open_store()) as a:
        with a._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with unavailable("disk"):
            a.record(learner="ann", kind="predicted", topic="c/t", value="x" * 100_000)
        with a._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        a.record(learner="ann", kind="predicted", topic="c/t", value="y" * 100_000)
        assert a.progress(learner="ann").predictions == {"c/t": "y" * 100_000}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_disk_that_fails_in_the_middle_keeps_what_was_acknowledged(home):
    code = """
import resource
from classroom.store import StoreUnavailable, open_store
store = open_store()
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    for n in range(1000):
        store.record(learner="ann", kind="checked", topic="c/t", name=str(n), value="x" * 2000)
        print(n)
except StoreUnavailable as error:
    print(error.reason)
store.close()
"""
    with python(code) as process:
        *numbers, last = process.communicate()[0].split()
    assert last == "disk"
    assert len(numbers) > 10
    assert {name for _, name, _ in kept(home)} == set(numbers)


def test_a_store_that_another_holds_is_busy(home, monkeypatch):
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.1)
    with closing(open_store()) as a, closing(sqlite3.connect(home / store.FILE)) as other:
        other.execute("BEGIN IMMEDIATE")
        with unavailable("busy"):
            a.record(learner="ann", kind="done", topic="c/t")
        # Readers never wait.
        assert a.progress(learner="ann") == Progress()
        other.rollback()
        a.record(learner="ann", kind="done", topic="c/t")
        assert a.progress(learner="ann").done == {"c/t"}


@pytest.mark.parametrize(
    "url", ["nonsense", "nonsense://somewhere/db", "postgresql+pg8000://me:secret@host/db"]
)
def test_an_address_that_is_not_understood_is_told_without_its_password(url):
    with unavailable("bad_address") as told:
        open_store(url)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("reason", store.SENTENCES)
def test_each_reason_is_one_sentence(reason):
    text = str(StoreUnavailable(reason, "/home/ann/crm_lab.sqlite3"))
    assert "\n" not in text
    assert text.endswith(".")
    assert "{" not in text


def test_the_migrations_are_one_line_named_as_their_files():
    from alembic.script import ScriptDirectory

    folder = str(store.MIGRATIONS)
    walked = [step.revision for step in ScriptDirectory(folder, version_locations=[folder]).walk_revisions()]
    assert walked == sorted((file.stem for file in store.MIGRATIONS.glob("v[0-9]*.py")), reverse=True)


def test_queries_and_migrations_can_be_said_in_postgresql():
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy.dialects import postgresql

    said = StringIO()
    options = {"as_sql": True, "output_buffer": said}
    folder = str(store.MIGRATIONS)
    steps = list(ScriptDirectory(folder, version_locations=[folder]).walk_revisions())
    with Operations.context(MigrationContext.configure(dialect_name="postgresql", opts=options)):
        for step in reversed(steps):
            step.module.upgrade()
    assert "id BIGSERIAL NOT NULL" in said.getvalue()
    for view in (store._predictions, store._checks, store._done):
        assert str(sa.select(*view.c).compile(dialect=postgresql.dialect())).startswith("SELECT")
