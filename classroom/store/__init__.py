"""What has this learner done so far?  One table of events, only ever added to, and views over it.

An event is acknowledged when `Store.record` returns: by then it is on the disk. The store stands on SQLite
in the user's data folder, or in the folder that `CRM_LAB_HOME` names; a class server may give the URL of
another database. The schema is in `migrations/`.
"""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs
import sqlalchemy as sa
from sqlalchemy import event, exc

KINDS = ("predicted", "checked", "done", "opened", "attempted")
FILE = "crm_lab.sqlite3"
WAIT_SECONDS = 30.0
MIGRATIONS = Path(__file__).parent / "migrations"
# PostgreSQL has no lock on a database that is still empty: any constant number serves as one.
MIGRATION_LOCK = 4_276_601

SENTENCES = {
    "not_writable": "Nothing can be saved in {place}: set CRM_LAB_HOME to a folder that you may write to.",
    "damaged": "{place} cannot be read as a store of CRM Lab: move it away and start again to get a new one.",
    "not_ours": "{place} belongs to another program or a newer CRM Lab: set CRM_LAB_HOME to another folder.",
    "disk": "{place} cannot be written because the disk is full or failing: free some space and try again.",
    "busy": "{place} is held by another program: close that program and try again.",
    "bad_address": "The database's address is not understood, or its driver is not installed: correct it.",
    "unreachable": "The database {place} does not answer as it should: check its address and that it runs.",
}
SQLITE_REASONS = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CANTOPEN: "not_writable",
    sqlite3.SQLITE_PERM: "not_writable",
    sqlite3.SQLITE_READONLY: "not_writable",
    sqlite3.SQLITE_FULL: "disk",
    sqlite3.SQLITE_IOERR: "disk",
}

_events = sa.table("events", *map(sa.column, ("at", "learner", "course", "kind", "topic", "name", "value")))
_predictions = sa.table("predictions", *map(sa.column, ("learner", "course", "topic", "value")))
_checks = sa.table("checks", *map(sa.column, ("learner", "course", "topic", "name", "value")))
_done = sa.table("done", *map(sa.column, ("learner", "course", "topic")))
_attempts = sa.table(
    "attempts", *map(sa.column, ("id", "learner", "course", "exercise", "variant", "value", "at"))
)
_places = sa.table("places", *map(sa.column, ("learner", "course", "topic")))
# alembic's `op` is one object for the whole process.
_one_migration = threading.Lock()


class StoreUnavailable(Exception):
    """Nothing can be read or kept; the course goes on without.

    `reason` is a key of `SENTENCES`, for pages that speak the reader's language; `place` is the file or URL.

    >>> print(StoreUnavailable("busy", "crm_lab.sqlite3"))
    crm_lab.sqlite3 is held by another program: close that program and try again.
    """

    def __init__(self, reason: str, place: str) -> None:
        """Say why (`reason`) and where (`place`)."""
        super().__init__(SENTENCES[reason].format(place=place))
        self.reason = reason
        self.place = place


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What one learner has done in one course; topics are written `chapter/topic`."""

    predictions: dict[str, Any] = field(default_factory=dict)
    """topic → the first prediction locked: locked means locked."""
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """topic → name of the check → the latest answer."""
    done: frozenset[str] = frozenset()
    """Topics done."""
    attempts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """exercise → its attempts, oldest first, each as it was recorded, with `variant` and `at` (UTC, µs)."""
    latest: str = ""
    """The topic or chapter opened last; empty for a learner who has opened none."""


class Store:
    """The events of all learners. Made by `open_store`; one store serves all threads of a process."""

    def __init__(self, engine: sa.Engine, place: str) -> None:
        """Hold an engine whose schema is current; `place` is named in error messages."""
        self._engine = engine
        self._reader = engine.execution_options(crm_lab_reads=True)
        self._place = place

    def record(
        self,
        *,
        learner: str,
        kind: str,
        topic: str,
        name: str = "",
        value: Any = None,
        course: str = "local",
    ) -> None:
        """Add one event; it is on the disk when this returns.

        `kind` is one of `KINDS`; `name` is the check's name; `value` is anything that JSON can hold. Of an attempt
        `topic` is the exercise, `name` the number of its variant, and `value` a dict.

        Raises ValueError for another kind, an empty learner or topic, or NaN; TypeError for a value that is
        not JSON; StoreUnavailable when it cannot be kept.
        """
        if kind not in KINDS:
            raise ValueError(f"kind is {kind!r}; it must be one of {', '.join(KINDS)}.")
        if not learner or not topic:
            raise ValueError("An event needs a learner and a topic.")
        row = {"learner": learner, "course": course, "kind": kind, "topic": topic, "name": name}
        row["value"] = json.dumps(value, allow_nan=False)
        with _told(self._place), self._engine.begin() as connection:
            # The clock is read under the write lock, so that `at` follows the order of the events.
            at = time.time_ns() // 1000
            connection.execute(sa.insert(_events), {**row, "at": at})

    def progress(self, *, learner: str, course: str = "local") -> Progress:
        """What this learner has done; empty for a learner never seen. Raises StoreUnavailable."""

        def rows(view: sa.TableClause, *columns: str) -> list[Any]:
            mine = (view.c.learner == learner) & (view.c.course == course)
            return list(connection.execute(sa.select(*(view.c[column] for column in columns)).where(mine)))

        checks: dict[str, dict[str, Any]] = {}
        with _told(self._place), self._reader.begin() as connection:
            predictions = {topic: json.loads(value) for topic, value in rows(_predictions, "topic", "value")}
            for topic, name, value in rows(_checks, "topic", "name", "value"):
                checks.setdefault(topic, {})[name] = json.loads(value)
            done = frozenset(topic for (topic,) in rows(_done, "topic"))
            attempts: dict[str, list[dict[str, Any]]] = {}
            for _, exercise, variant, value, at in sorted(
                rows(_attempts, "id", "exercise", "variant", "value", "at")
            ):
                attempts.setdefault(exercise, []).append(
                    {**json.loads(value), "variant": int(variant), "at": at}
                )
            latest = next((topic for (topic,) in rows(_places, "topic")), "")
        return Progress(predictions=predictions, checks=checks, done=done, attempts=attempts, latest=latest)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_store(url: str | None = None) -> Store:
    """Open the store, making or upgrading it where needed.

    Without `url`: the file `crm_lab.sqlite3` in the folder `CRM_LAB_HOME`, else in the user's data folder.
    Raises StoreUnavailable.
    """
    try:
        address = sa.make_url(url) if url else sa.URL.create("sqlite", database=str(_home() / FILE))
        local = address.get_backend_name() == "sqlite"
        engine = sa.create_engine(address, connect_args={"timeout": WAIT_SECONDS} if local else {})
    except (exc.ArgumentError, ImportError) as error:
        # The address may hold a password, so it is not repeated.
        raise StoreUnavailable("bad_address", "") from error
    place = str(address.database) if local else address.render_as_string(hide_password=True)
    if local and not url:
        try:
            Path(place).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable("not_writable", str(Path(place).parent)) from error
    if local:
        _mind_sqlite(engine)
    try:
        with _told(place):
            _bring_up_to_date(engine, place)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, place)


def _home() -> Path:
    if named := os.environ.get("CRM_LAB_HOME"):
        return Path(os.path.expanduser(named)).absolute()
    return Path(platformdirs.user_data_dir("crm-lab", appauthor=False))


def _mind_sqlite(engine: sa.Engine) -> None:
    """Begin transactions ourselves, and take the write lock at the beginning.

    Python's sqlite3 begins late, and a transaction that reads first and then writes fails at once, whatever
    the timeout, when another has written in between.
    """

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL").close()

    @event.listens_for(engine, "begin")
    def _(connection: sa.Connection) -> None:
        reads = connection.get_execution_options().get("crm_lab_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _bring_up_to_date(engine: sa.Engine, place: str) -> None:
    if os.path.exists(place) and not (os.access(place, os.W_OK) and os.access(Path(place).parent, os.W_OK)):
        raise StoreUnavailable("not_writable", place)
    revisions = sorted(step.stem for step in MIGRATIONS.glob("v[0-9]*.py"))
    with engine.execution_options(crm_lab_reads=True).connect() as connection:
        current = _revision(connection)
    if current not in (None, *revisions):
        raise StoreUnavailable("not_ours", place)
    if engine.dialect.name == "sqlite":
        _keep_write_ahead_log(engine)
    if current != revisions[-1]:
        _migrate(engine)


def _revision(connection: sa.Connection) -> str | None:
    """The schema's revision, None where the database is empty, "" where it is somebody else's."""
    tables = sa.inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        return "" if tables else None
    return connection.scalar(sa.text("SELECT version_num FROM alembic_version")) or ""


def _keep_write_ahead_log(engine: sa.Engine) -> None:
    """Readers then never wait for a writer. The file remembers it, so this acts once."""
    with closing(engine.raw_connection()) as connection:
        sqlite = connection.driver_connection
        assert isinstance(sqlite, sqlite3.Connection)
        until = time.monotonic() + WAIT_SECONDS
        while sqlite.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                sqlite.execute("PRAGMA journal_mode = WAL").close()
                # A file system without shared memory keeps its old journal, which is as safe.
                break
            except sqlite3.OperationalError as error:
                # Unlike everything else, a change of journal may refuse to wait for a lock.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.02)


def _migrate(engine: sa.Engine) -> None:
    # Imported only here: most start-ups find the schema current.
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext, MigrationStep
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])

    def steps(current: tuple[str, ...], _context: MigrationContext) -> list[MigrationStep]:
        missing = reversed(list(script.iterate_revisions("head", current or "base")))
        return [MigrationStep.upgrade_from_script(script.revision_map, step) for step in missing]

    # Two who open at once: the second waits here, then finds nothing left to do.
    with _one_migration, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        context = MigrationContext.configure(connection, opts={"fn": steps})
        with Operations.context(context):
            context.run_migrations()


@contextmanager
def _told(place: str) -> Iterator[None]:
    """Turn what a database may raise into one clear sentence."""
    try:
        yield
    except (exc.DBAPIError, sqlite3.Error, exc.TimeoutError) as error:
        cause = getattr(error, "orig", error)
        if isinstance(cause, sqlite3.Error):
            reason = SQLITE_REASONS.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, "damaged")
        else:
            reason = "busy" if isinstance(cause, exc.TimeoutError) else "unreachable"
        raise StoreUnavailable(reason, place) from error
