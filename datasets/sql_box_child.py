"""How is one question answered without reaching anything but the tables that came with it?

sql_box.py runs this file as a program, one process a question, and never imports it. In: a line of JSON and then each
table as an Arrow stream. Out: the line "ready", a line of JSON, and the answer as an Arrow stream. In between every
door is shut, each lock meant to hold where the others fail:

    the parser      one statement, SELECT, over names that were handed over and functions that stay inside
    DuckDB          no files, network, extensions or Python variables; the settings locked
    the system      no new open file or socket, no byte written to a file, bounded memory and processor time

The last row is Linux; macOS has all of it but the memory, Windows none: there DuckDB's own memory limit and the
parent's clock remain.

Source: DuckDB documentation, "Securing DuckDB" (https://duckdb.org/docs/stable/operations_manual/securing_duckdb).
"""

import json
import os
import re
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa

THREADS = 2
SPARE_BYTES = 256 << 20  # address space that libraries reserve and never use
LONGEST_MESSAGE = 300  # characters of DuckDB's own words
TABLE_FUNCTIONS = {"generate_series", "json_each", "range", "unnest"}
SCHEMA_VIEWS = {"columns", "tables"}  # of information_schema
SHOWN = {"__show_tables_expanded", "tables"}  # SHOW ALL TABLES, SHOW TABLES
OWN_VIEWS = ("duckdb_", "pg_", "pragma_", "sqlite_")  # DuckDB's own; a CTE opens its name everywhere
# functions that wait, write, or tell of the process rather than of the tables
FORBIDDEN = {
    "current_connection_id", "current_query", "current_query_id", "current_setting", "current_transaction_id",
    "currval", "getenv", "getvariable", "json_deserialize_sql", "json_serialize_plan", "nextval", "pg_sleep",
    "sleep_ms", "txid_current", "write_log",
}  # fmt: skip
AS_THEY_ARE = {
    "boolean", "tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint",
    "float", "double", "decimal", "varchar", "date", "timestamp",
}  # fmt: skip
DATES = {"date", "timestamp"}
WIDE = {"hugeint", "uhugeint", "bignum"}  # what sum() gives: whole numbers again wherever they fit 64 bits
CONFIGURATION = {
    "threads": THREADS,
    "max_expression_depth": 250,  # what Python's JSON can follow
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "python_scan_all_frames": False,
}


class Refusal(Exception):
    """Why there is no answer; reasons and details as in sql_box.py."""

    def __init__(self, reason: str, **details: Any) -> None:
        """Keep both."""
        super().__init__(reason)
        self.reason, self.details = reason, details


def quoted(name: str) -> str:
    """A name as SQL writes it.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def filled(names: list[str], stream: BinaryIO) -> duckdb.DuckDBPyConnection:
    """A database in memory with one table per name, read from as many Arrow streams, one after the other."""
    connection = duckdb.connect(config=CONFIGURATION)
    for name in names:
        connection.register("handed over", pa.ipc.open_stream(stream).read_all())
        connection.execute(f'CREATE TABLE {quoted(name)} AS FROM "handed over"')
        connection.unregister("handed over")
    return connection


def lock(connection: duckdb.DuckDBPyConnection, memory_mb: int) -> None:
    """Shut DuckDB's doors, the lock on the settings last; so much memory is left beside the tables."""
    used = connection.sql(
        "SELECT sum(memory_usage_bytes)::BIGINT AS used FROM duckdb_memory()"
    ).to_arrow_table()
    for name, value in (
        ("memory_limit", f"'{used['used'][0].as_py() + (memory_mb << 20)}B'"),
        ("TimeZone", "'UTC'"),
        ("enable_external_access", "false"),
        ("disabled_filesystems", "'LocalFileSystem'"),
        ("lock_configuration", "true"),
    ):
        connection.execute(f"SET {name} = {value}")


def bound(kind: str, most: int) -> None:
    """Set one of the system's limits for good, where the system has it."""
    with suppress(ImportError, AttributeError, ValueError, OSError):  # Windows, macOS
        resource: Any = import_module("resource")
        hard = resource.getrlimit(getattr(resource, kind))[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(getattr(resource, kind), (most, most))


def bound_process(seconds: float, memory_mb: int) -> None:
    """From here on: little memory and time, no core dump, nothing written, and no further file or socket opened."""
    with suppress(OSError):
        pages = [int(n) for n in Path("/proc/self/statm").read_text().split()]
        size, data = (pages[i] * os.sysconf("SC_PAGE_SIZE") for i in (0, 5))
        bound("RLIMIT_AS", size + (memory_mb << 20) + SPARE_BYTES)
        bound("RLIMIT_DATA", data + (memory_mb << 20))
    bound("RLIMIT_CPU", round(sum(os.times()[:2]) + THREADS * seconds) + 1)
    for kind in ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NOFILE"):
        bound(kind, 0)


def checked(
    connection: duckdb.DuckDBPyConnection, query: str, *, tables: list[str], named: list[str]
) -> duckdb.Statement:
    """The one statement of a query that is fit to run; raises Refusal. `named`: the tables that came with rows."""
    word = re.search(r"[^\W\d]+", re.sub(r"/\*.*?\*/|--[^\n]*", " ", query, flags=re.DOTALL))
    other = Refusal("not_select", statement=word[0][:20].upper() if word else "?")
    try:
        statements = connection.extract_statements(query)
    except duckdb.PermissionException:  # IMPORT DATABASE is read from its folder while it is parsed
        raise other from None
    if not statements:
        raise Refusal("empty")
    if any(not statement.query for statement in statements):
        raise Refusal("pivot_needs_values")  # DuckDB writes statements of its own: a type from what it finds
    if len(statements) > 1:
        raise Refusal("several_statements", statements=len(statements))
    row = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree["error"] or statements[0].type != duckdb.StatementType.SELECT:
        raise other
    check_names(tree["statements"], tables=tables, named=named)
    return statements[0]


def check_names(tree: Any, *, tables: list[str], named: list[str]) -> None:
    """Raise Refusal at a table that was not handed over, or a function that reaches out."""
    known, read, todo = {name.lower() for name in named}, [], [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        if not isinstance(node, dict):
            continue
        todo += node.values()
        if node.get("type") == "BASE_TABLE":
            read.append([node[part] for part in ("catalog_name", "schema_name", "table_name")])
        elif node.get("type") == "SHOW_REF" and node["table_name"].strip('"') not in {"", *SHOWN}:
            read.append(["", "", node["table_name"].strip('"')])
        elif node.get("type") == "TABLE_FUNCTION":
            name = node["function"]["function_name"].lower()
            if name not in TABLE_FUNCTIONS:
                raise Refusal("forbidden", name=name)
        elif "function_name" in node and node["function_name"].lower() in FORBIDDEN:
            raise Refusal("forbidden", name=node["function_name"].lower())
        elif "cte_map" in node:
            names = {entry["key"].lower() for entry in node["cte_map"]["map"]}
            known |= {name for name in names if not name.startswith(OWN_VIEWS)}
    for catalog, schema, table in read:
        ours = catalog in ("", "memory") and schema in ("", "main") and table.lower() in known
        if not ours and not (schema.lower() == "information_schema" and table.lower() in SCHEMA_VIEWS):
            name = ".".join(part for part in (catalog, schema, table) if part)
            raise Refusal("unknown_table", table=name[:LONGEST_MESSAGE], tables=tables)


def result(
    connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, *, row_limit: int
) -> tuple[pa.Table, bool]:
    """At most `row_limit` rows in types that can be shown, and whether there were more."""
    relation = connection.sql(statement)
    kinds = [str(kind.id) for kind in relation.types]

    def fetched(as_text: list[bool]) -> pa.Table:
        # by position: a column may be called anything, and two may be called the same
        shown = [f"CAST(#{i} AS VARCHAR)" if text else f"#{i}" for i, text in enumerate(as_text, 1)]
        return relation.limit(row_limit + 1).project(", ".join(shown)).to_arrow_table()

    texts = [kind not in AS_THEY_ARE for kind in kinds]
    table = fetched(texts)
    beyond = [
        kind in DATES and beyond_calendar(column) for column, kind in zip(table.columns, kinds, strict=True)
    ]
    if any(beyond):
        table = fetched([a or b for a, b in zip(texts, beyond, strict=True)])
    columns = [
        narrow(column) if kind in WIDE else column for column, kind in zip(table.columns, kinds, strict=True)
    ]
    whole = pa.table(columns, names=unlike(relation.columns))
    return whole.slice(0, row_limit), whole.num_rows > row_limit


def beyond_calendar(column: pa.ChunkedArray) -> bool:
    """Whether a date lies outside the years 1 to 9999, the calendar of Python and pandas; infinity does."""
    try:
        column.to_pylist()
    except (ValueError, OverflowError):
        return True
    return False


def narrow(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers written as text as int64, where all of them fit."""
    numbers = [None if text is None else int(text) for text in column.to_pylist()]
    try:
        return pa.chunked_array([pa.array(numbers, pa.int64())])
    except OverflowError:
        return column


def unlike(names: list[str]) -> list[str]:
    """The names, the second of two equal ones with a number.

    >>> unlike(["a", "a", "a_2", "b"])
    ['a', 'a_2', 'a_2_2', 'b']
    """
    taken: dict[str, None] = {}
    for name in names:
        found, n = name, 1
        while found in taken:
            found = f"{name}_{(n := n + 1)}"
        taken[found] = None
    return list(taken)


def refusal(error: Exception, tables: list[str]) -> Refusal:
    """What one of DuckDB's errors means to the person who asked."""
    message = str(error).split("\n")[0].partition(": ")[2] or type(error).__name__
    message = message[:LONGEST_MESSAGE]
    if isinstance(error, Refusal):
        return error
    if isinstance(error, (duckdb.OutOfMemoryException, MemoryError)):
        return Refusal("too_much_memory")
    if isinstance(error, (duckdb.PermissionException, duckdb.IOException)):
        return Refusal("out_of_reach")
    if isinstance(error, duckdb.ParserException):
        return Refusal("syntax", message=message)
    if found := re.search(r'(?:column|named) "([^"]+)" not found|have a column named "([^"]+)"', message):
        return Refusal("unknown_column", column=found[1] or found[2])
    if found := re.search(r"Function with name (\S+) does not exist", message):
        return Refusal("unknown_function", function=found[1])
    if found := re.search(r"Table with name (\S+) does not exist", message):
        return Refusal("unknown_table", table=found[1], tables=tables)
    return Refusal("error", message=message)


def reply(
    connection: duckdb.DuckDBPyConnection, question: dict[str, Any]
) -> tuple[dict[str, Any], pa.Table | None]:
    """The line of JSON and, unless it holds a reason, the table."""
    tables, most_bytes = question["tables"], question["most_bytes"]
    try:
        statement = checked(connection, question["query"], tables=tables, named=question["named"])
        table, cut = result(connection, statement, row_limit=question["row_limit"])
        if table.nbytes > most_bytes:
            raise Refusal("too_big", megabytes=most_bytes >> 20)
    except Exception as error:
        why = refusal(error, tables)
        return {"reason": why.reason, "details": why.details}, None
    return {"cut": cut}, table


def main() -> None:
    """Answer the question on standard input."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints gets into the answer
    question = json.loads(sys.stdin.buffer.readline())
    connection = filled(question["tables"], sys.stdin.buffer)
    lock(connection, question["memory_mb"])
    bound_process(question["seconds"], question["memory_mb"])
    answers.write(b"ready\n")
    answers.flush()
    said, table = reply(connection, question)
    answers.write(json.dumps(said).encode() + b"\n")
    if table is not None:
        with pa.ipc.new_stream(answers, table.schema) as stream:
            stream.write_table(table)
    answers.flush()
    os._exit(0)  # no destructor of a database that may be short of memory


if __name__ == "__main__":
    main()
