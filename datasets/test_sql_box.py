"""Can the SQL box be talked into anything but an answer from its tables?

Attacks with a reason of their own are put to one process behind all its locks (`replies`), each twice: as they are,
and past the parser's lock, so that DuckDB's and the system's have to hold alone. Those that take time, memory or a
process go the whole way through `answer`.
"""

import io
import json
import os
import re
import string
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from datasets import sql_box, sql_box_child
from datasets.sql_box import REASONS, Refused, answer, tables_of_the_box

MARK = "teapot-under-the-stairs"  # in files that nobody may read
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the system's limits are tried on Linux")

# name: (question, reason); {secret} is a CSV file with MARK in it, {out} a path where nothing may appear
ATTACKS = {
    # read
    "a file by its name": ("SELECT * FROM '{secret}'", "unknown_table"),
    "a file in double quotes": ('FROM "{secret}"', "unknown_table"),
    "a file described": ("DESCRIBE '{secret}'", "unknown_table"),
    "a file shown": ('SHOW "{secret}"', "unknown_table"),
    "a file under the name of a CTE": (
        'SELECT * FROM (WITH "{secret}" AS (SELECT 1) SELECT 1) a, "{secret}"',
        "out_of_reach",
    ),
    "DuckDB's catalogue under the name of a CTE": (
        "SELECT * FROM (WITH sqlite_master AS (SELECT 1) SELECT 1) a, sqlite_master",
        "unknown_table",
    ),
    "read_csv": ("SELECT * FROM read_csv('{secret}')", "forbidden"),
    "read_csv_auto": ("FROM read_csv_auto('{secret}')", "forbidden"),
    "read_text": ("SELECT content FROM read_text('{secret}')", "forbidden"),
    "read_text by its whole name": ("SELECT * FROM system.main.READ_TEXT('{secret}')", "forbidden"),
    "read_text inside": ("SELECT (SELECT max(content) FROM read_text('{secret}')) FROM orders", "forbidden"),
    "read_blob": ("SELECT * FROM read_blob('{secret}')", "forbidden"),
    "read_json": ("SELECT * FROM read_json('{secret}')", "forbidden"),
    "read_parquet": ("SELECT * FROM read_parquet(['{secret}'])", "forbidden"),
    "parquet_metadata": ("SELECT * FROM parquet_metadata('{secret}')", "forbidden"),
    "sniff_csv": ("FROM sniff_csv('{secret}')", "forbidden"),
    "glob": ("SELECT * FROM glob('{folder}/*')", "forbidden"),
    "a list of all files": ("SELECT * FROM read_text('{folder}/*')", "forbidden"),
    "a query in a text": ("SELECT * FROM query('FROM read_text(''{secret}'')')", "forbidden"),
    "a table named by a text": ("SELECT * FROM query_table('{secret}')", "forbidden"),
    "a plan in JSON": ("SELECT json_serialize_plan('FROM read_text(''{secret}'')')", "forbidden"),
    "a query in JSON": (
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''{secret}'')'))",
        "forbidden",
    ),
    "a web page": ("SELECT * FROM 'http://localhost:1/x.csv'", "unknown_table"),
    "a bucket": ("SELECT * FROM read_parquet('s3://bucket/x.parquet')", "forbidden"),
    # write
    "copy": ("COPY orders TO '{out}'", "not_select"),
    "copy a query": ("COPY (SELECT 1) TO '{out}' (FORMAT parquet)", "not_select"),
    "copy in": ("COPY orders FROM '{secret}'", "not_select"),
    "export": ("EXPORT DATABASE '{out}'", "not_select"),
    "import": ("IMPORT DATABASE '{folder}'", "not_select"),
    "attach": ("ATTACH '{out}' AS other", "not_select"),
    "attach and read": ("ATTACH '{out}' AS other; SELECT 1", "several_statements"),
    "detach": ("DETACH memory", "not_select"),
    "use": ("USE temp", "not_select"),
    "into": ("SELECT 1 INTO other", "syntax"),
    "checkpoint": ("FORCE CHECKPOINT", "not_select"),
    "write the log": ("SELECT write_log('x')", "forbidden"),
    # change
    "drop": ("DROP TABLE orders", "not_select"),
    "delete": ("DELETE FROM orders", "not_select"),
    "insert": ("INSERT INTO orders SELECT * FROM orders", "not_select"),
    "update": ("UPDATE orders SET amount_cents = 0", "not_select"),
    "merge": ("MERGE INTO orders USING customers ON true WHEN MATCHED THEN DELETE", "not_select"),
    "truncate": ("TRUNCATE orders", "not_select"),
    "alter": ("ALTER TABLE orders RENAME TO other", "not_select"),
    "delete in a CTE": ("WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone", "syntax"),
    "insert in a CTE": ("WITH more AS (INSERT INTO orders VALUES (1) RETURNING *) FROM more", "syntax"),
    "a table": ("CREATE TABLE other AS SELECT 1", "not_select"),
    "a temporary table": ("CREATE TEMP TABLE other AS SELECT 1", "not_select"),
    "a view": ("CREATE VIEW other AS SELECT 1", "not_select"),
    "a macro": ("CREATE MACRO other(a) AS a + 1", "not_select"),
    "a sequence": ("CREATE SEQUENCE other", "not_select"),
    "the next of a sequence": ("SELECT nextval('other')", "forbidden"),
    "a type": ("CREATE TYPE other AS ENUM ('a')", "not_select"),
    "a secret": ("CREATE SECRET other (TYPE s3, KEY_ID 'a', SECRET 'b')", "not_select"),
    "a comment on a table": ("COMMENT ON TABLE orders IS 'x'", "not_select"),
    "a transaction": ("BEGIN", "not_select"),
    "a transaction around it": ("BEGIN; SELECT 1; ROLLBACK", "several_statements"),
    "prepare": ("PREPARE it AS SELECT 1", "not_select"),
    "execute": ("EXECUTE it", "not_select"),
    "vacuum": ("VACUUM", "not_select"),
    "call": ("CALL pragma_version()", "not_select"),
    "explain": ("EXPLAIN ANALYZE SELECT 1", "not_select"),
    # settings and extensions
    "set": ("SET enable_external_access = true", "not_select"),
    "set global": ("SET GLOBAL memory_limit = '10TB'", "not_select"),
    "unlock": ("SET lock_configuration = false", "not_select"),
    "reset": ("RESET memory_limit", "not_select"),
    "a variable": ("SET VARIABLE x = 1", "not_select"),
    "pragma": ("PRAGMA memory_limit = '10TB'", "not_select"),
    "pragma as a SELECT": ("PRAGMA version", "not_select"),
    "profiling": (
        "PRAGMA enable_profiling; PRAGMA profiling_output = '{out}'; SELECT 1",
        "several_statements",
    ),
    "install": ("INSTALL httpfs", "not_select"),
    "install from others": ("INSTALL h3 FROM community", "not_select"),
    "load": ("LOAD '{secret}'", "not_select"),
    "update extensions": ("UPDATE EXTENSIONS", "not_select"),
    # look around
    "environment": ("SELECT getenv('PATH')", "forbidden"),
    "environment by a method": ("SELECT list_transform(['PATH'], x -> x.getenv())", "forbidden"),
    "environment in an order": ("SELECT 1 ORDER BY GETENV('PATH')", "forbidden"),
    "settings": ("FROM duckdb_settings()", "forbidden"),
    "settings as a view": ("FROM pg_catalog.pg_settings", "unknown_table"),
    "one setting": ("SELECT current_setting('memory_limit') FROM orders", "forbidden"),
    "one setting in a limit": ("SELECT 1 LIMIT current_setting('threads')::INT", "forbidden"),
    "secrets": ("SELECT * FROM duckdb_secrets(redact = false)", "forbidden"),
    "extensions": ("SELECT * FROM duckdb_extensions()", "forbidden"),
    "databases": ("SHOW DATABASES", "unknown_table"),
    "the process's memory": ("SELECT * FROM arrow_scan(4096, 4096, 4096)", "forbidden"),
    "a data frame's address": ("SELECT * FROM pandas_scan(4096)", "forbidden"),
    "a Python variable": ("SELECT * FROM question", "unknown_table"),
    "a Python variable that is a table": ("SELECT * FROM leak", "unknown_table"),
    "a Python variable of the module": ("SELECT * FROM FORBIDDEN", "unknown_table"),
    "a Python variable in a CTE": ("WITH a AS (FROM leak) FROM a", "unknown_table"),
    "what was handed over": ('FROM "handed over"', "unknown_table"),
    "the truth": ("SELECT * FROM truth_customers", "unknown_table"),
    "a table of another schema": ("SELECT * FROM temp.orders", "unknown_table"),
    # tricks
    "two statements": ("SELECT 1; SELECT 2", "several_statements"),
    "two statements and a comment": ("SELECT 1 --;\n; DROP TABLE orders", "several_statements"),
    "a comment first": ("/* SELECT */ -- SELECT\n DROP TABLE orders", "not_select"),
    "a comment in a comment": ("/* /* */ SELECT 1; */ DROP TABLE orders", "not_select"),
    "a comment alone": ("-- SELECT 1", "empty"),
    "semicolons alone": (" ; ;; ", "empty"),
    "wide letters": ("ｓｅｌｅｃｔ 1", "syntax"),
    "a wide semicolon": ("SELECT 1； DROP TABLE orders", "syntax"),
    "a Greek question mark": ("SELECT 1\u037e DROP TABLE orders", "syntax"),
    "a name in escapes": ('SELECT * FROM U&"\\006frders"', "syntax"),
    "a right-to-left mark": ("SELECT * FROM \u202eorders", "unknown_table"),
    "a letter that folds": ("SELECT * FROM order\u017f", "unknown_table"),
    "a parameter": ("SELECT ?", "error"),
    "nested too deep": ("SELECT " + "NOT " * 2000 + "true", "syntax"),
    "pivot that makes a type": ("PIVOT orders ON business USING count(*)", "pivot_needs_values"),
    "an error as long as a book": ("SELECT error(repeat('x', 1000000))", "error"),
    "a longer answer than any": ("SELECT repeat('x', 100000) FROM range(900)", "too_big"),
}

GOOD = {  # question: rows
    "DESCRIBE orders": 5,
    "SUMMARIZE customers": 2,
    "SHOW TABLES": 2,
    "SHOW ALL TABLES": 2,
    "SELECT * FROM information_schema.columns": 7,
    "VALUES (1), (2)": 2,
    "SELECT unnest([1, 2, 3])": 3,
    "SELECT * FROM customers POSITIONAL JOIN range(200)": 200,
    "PIVOT orders ON business IN ('shop', 'box') USING count(*) GROUP BY customer_id": 200,
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) FROM t": 5,
    "WITH a AS (FROM orders), A2 AS MATERIALIZED (FROM a) SELECT * FROM a2 WHERE order_id < 9": 8,
    "SELECT business, sum(amount_cents) OVER (ORDER BY order_id) FROM memory.main.orders LIMIT 7": 7,
    "SELECT ';', '--', $$ DROP TABLE orders; $$ -- ; DROP TABLE orders": 1,
}
MISTAKES = {  # question: reason, details
    "SELECT o.amount FROM orders o": ("unknown_column", {"column": "amount"}),
    "SELECT amount FROM orders": ("unknown_column", {"column": "amount"}),
    "SELECT summ(amount_cents) FROM orders": ("unknown_function", {"function": "summ"}),
    "SELECT FROM orders": ("syntax", {"message": "SELECT clause without selection list"}),
    "SELECT 'a'::INT": ("error", {"message": "Could not convert string 'a' to INT32"}),
}

HARNESS = """
    import sys
    sys.path.insert(0, {here!r})
    import json, socket
    import pyarrow as pa
    import sql_box_child as box

    leak = pa.table(dict(a=[{mark!r}]))

    question = json.loads(sys.stdin.buffer.readline())
    connection = box.filled(question["tables"], sys.stdin.buffer)
    box.lock(connection, question["memory_mb"])
    box.bound_process(60, question["memory_mb"])
    replies = []
    for query in question["queries"]:
        said, table = box.reply(connection, dict(question, query=query))
        rows = None if table is None else table.num_rows
        replies.append(dict(said=said, rows=rows))
    for kept, query in zip(replies, question["queries"]):
        try:
            kept["naked"] = str(connection.execute(query).fetchmany(5))[:2000]
        except Exception as error:
            kept["naked"], kept["error"] = "", type(error).__name__
        try:
            connection.execute("ROLLBACK")
        except Exception:
            pass
    system = []
    for name, door in dict(
        read=lambda: open({here!r} + "/sql_box.py").close(),
        write=lambda: open({out!r}, "w").close(),
        connect=lambda: socket.socket().close(),
    ).items():
        try:
            door()
            system.append(name)
        except OSError:
            pass
    print(json.dumps(dict(replies=replies, system=system)))
"""


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    rng = np.random.default_rng(7)
    customers = {"customer_id": np.arange(1, 201), "city": rng.choice(["Lugang 鹿港", "Leeds", "Oslo"], 200)}
    orders = {
        "order_id": np.arange(1, 2001),
        "customer_id": rng.integers(1, 201, 2000),
        "business": rng.choice(["shop", "box"], 2000),
        "ordered_at": pa.array(rng.integers(1_700 * 10**12, 1_750 * 10**12, 2000)).cast(pa.timestamp("us")),
        "amount_cents": rng.integers(100, 9000, 2000),
    }
    return {"customers": pa.table(customers), "orders": pa.table(orders)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("box")
    (folder / "secret.csv").write_text(f"a,b\n1,{MARK}\n")
    return folder


@pytest.fixture(scope="module")
def outcome(tables: dict[str, pa.Table], folder: Path) -> dict[str, Any]:
    places = {"secret": folder / "secret.csv", "out": folder / "out", "folder": folder}
    attacks = {name: question.format(**places) for name, (question, _) in ATTACKS.items()}
    asked = attacks | {question: question for question in (*GOOD, *MISTAKES)}
    given = {"tables": list(tables), "named": list(tables), "queries": list(asked.values())}
    given |= {"row_limit": 1000, "memory_mb": 256, "most_bytes": sql_box.MOST_BYTES}
    sent = io.BytesIO()
    sql_box._hand_over(sent, given, tables)
    here = str(Path(sql_box.__file__).parent)
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            textwrap.dedent(HARNESS).format(here=here, mark=MARK, out=str(folder / "out")),
        ],
        input=sent.getvalue(),
        capture_output=True,
        timeout=100,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    outcome = json.loads(done.stdout.splitlines()[-1])
    outcome["replies"] = dict(zip(asked, outcome["replies"], strict=True))
    return outcome


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Every process that was started, and afterwards: that each is gone and buried, its pipes closed."""
    started: list[subprocess.Popen[bytes]] = []

    class Watched(subprocess.Popen):
        def __init__(self, *args: Any, **keys: Any) -> None:
            super().__init__(*args, **keys)
            started.append(self)

    monkeypatch.setattr(sql_box.subprocess, "Popen", Watched)
    yield started
    for process in started:
        assert process.returncode is not None
        assert process.stdin and process.stdin.closed and process.stdout and process.stdout.closed
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_for_its_reason(name: str, outcome: dict[str, Any], folder: Path) -> None:
    kept, reason = outcome["replies"][name], ATTACKS[name][1]
    assert kept["said"].get("reason") == reason
    assert kept["rows"] is None
    sentence = str(Refused(reason, **kept["said"]["details"]))  # the details fill the sentence
    assert len(sentence) < 500 and "\n" not in sentence
    assert MARK not in json.dumps(kept)
    assert os.listdir(folder) == ["secret.csv"]
    assert MARK in (folder / "secret.csv").read_text()


# what must fail even where the parser lets it pass
REACHING = [
    name
    for name, (question, _) in ATTACKS.items()
    if re.search(
        r"\{(secret|out|folder)\}|http|s3:|install|load|enable_|lock_|memory_limit =", question.lower()
    )
    and "json_serialize_plan" not in question  # gives its error as an answer
]


@pytest.mark.parametrize("name", REACHING)
def test_duckdb_alone_shuts_files_network_and_extensions(name: str, outcome: dict[str, Any]) -> None:
    kept = outcome["replies"][name]
    assert kept.get("error") in (
        "PermissionException",
        "InvalidInputException",
    )  # not the system's IOException
    assert not kept["naked"]


def test_duckdb_alone_reads_no_python_variable(outcome: dict[str, Any]) -> None:
    names = [name for name in ATTACKS if "Python variable" in name]
    assert len(names) == 4
    assert {outcome["replies"][name]["error"] for name in names} == {"CatalogException"}


@LINUX
def test_the_system_alone_opens_nothing_more(outcome: dict[str, Any]) -> None:
    assert outcome["system"] == []


def test_the_attacks_are_many_and_try_every_reason_of_the_parser() -> None:
    assert len(ATTACKS) >= 40 and len(REACHING) >= 25
    assert set(REASONS) - {reason for _, reason in ATTACKS.values()} == {
        "too_long", "unknown_column", "unknown_function", "too_slow", "too_much_memory", "busy"
    }  # fmt: skip


def test_every_function_that_reads_or_has_an_effect_is_known() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT function_name, function_type, has_side_effects FROM duckdb_functions()"
        )
        functions = rows.fetchall()
    in_from = {name for name, kind, _ in functions if kind in ("table", "table_macro")}
    assert in_from >= sql_box_child.TABLE_FUNCTIONS - {"unnest"} and len(in_from) > 50
    effects = {name for name, kind, effect in functions if kind == "scalar" and effect}
    harmless = {"error", "gen_random_uuid", "random", "setseed", "stats", "uuid", "uuidv4", "uuidv7"}
    assert effects - sql_box_child.FORBIDDEN == harmless  # a newer DuckDB: look at what it added


SLOW_OR_LARGE = {
    "a trillion": ("SELECT count(*) FROM range(1000000000000)", "too_slow"),
    "a recursion without end": (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        "too_slow",
    ),
    "everything with everything": (
        "SELECT sum(a.amount_cents * b.amount_cents) FROM orders a, orders b, orders c",
        "too_slow",
    ),
    "a pattern": ("SELECT regexp_matches(repeat('a', 9000000), '(a|a|b){900}c') FROM range(99)", "too_slow"),
    "a text of a gigabyte": ("SELECT length(repeat('x', 1000000000))", "too_much_memory"),
    "many long texts": ("SELECT repeat('x', 50000000) FROM range(100)", "too_much_memory"),
    "a text of all rows": ("SELECT string_agg(repeat('x', 100000)) FROM range(100000)", "too_much_memory"),
}


@LINUX
@pytest.mark.parametrize("name", SLOW_OR_LARGE)
def test_time_and_memory_are_bounded(
    name: str, tables: dict[str, pa.Table], processes: list[subprocess.Popen[bytes]]
) -> None:
    question, reason = SLOW_OR_LARGE[name]
    seconds = 0.3 if reason == "too_slow" else 30.0
    with pytest.raises(Refused) as refused:
        answer(question, tables=tables, seconds=seconds, memory_mb=128)
    assert refused.value.reason == reason
    assert refused.value.details == ({"seconds": 0.3} if reason == "too_slow" else {"megabytes": 128})
    assert len(processes) == 1


@pytest.mark.parametrize(
    ("question", "reason", "details"),
    [
        ("", "empty", {}),
        (" \n", "empty", {}),
        ("SELECT 1" + " " * 10_000, "too_long", {"characters": 10_000}),
        ("SELECT 1\0; DROP TABLE orders", "syntax", {"message": "a character that no text has"}),
        ("SELECT '\ud800'", "syntax", {"message": "a character that no text has"}),
    ],
)
def test_some_are_refused_without_a_process(
    question: str,
    reason: str,
    details: dict[str, Any],
    tables: dict[str, pa.Table],
    processes: list[subprocess.Popen[bytes]],
) -> None:
    with pytest.raises(Refused) as refused:
        answer(question, tables=tables)
    assert (refused.value.reason, refused.value.details) == (reason, details)
    assert not processes


def test_a_wrong_name_is_told_in_a_sentence(
    tables: dict[str, pa.Table], processes: list[subprocess.Popen[bytes]]
) -> None:
    with pytest.raises(
        Refused, match=r"^There is no table ordrs here: there are customers, orders\.$"
    ) as refused:
        answer("SELECT * FROM ordrs", tables=tables)
    assert refused.value.details == {"table": "ordrs", "tables": ["customers", "orders"]}
    assert len(processes) == 1


def test_answers_are_those_of_pandas(
    tables: dict[str, pa.Table], processes: list[subprocess.Popen[bytes]]
) -> None:
    customers, orders = tables["customers"].to_pandas(), tables["orders"].to_pandas()
    got = answer(
        "SELECT city, count(*) AS orders, sum(amount_cents) AS cents, avg(amount_cents) AS mean,"
        " max(ordered_at) AS last FROM Orders JOIN main.customers USING (customer_id) GROUP BY city ORDER BY city -- ;",
        tables=tables,
    )
    groups = orders.merge(customers).groupby("city")
    wanted = groups.agg(
        orders=("order_id", "count"),
        cents=("amount_cents", "sum"),
        mean=("amount_cents", "mean"),
        last=("ordered_at", "max"),
    )
    pd.testing.assert_frame_equal(
        got.frame.to_pandas().set_index("city"), wanted, check_index_type=False, check_dtype=False
    )
    assert got.frame.schema.field("cents").type == pa.int64()
    assert not got.cut and 0 < got.seconds < 10
    assert len(processes) == 1


def test_the_row_limit_cuts_and_says_so(tables: dict[str, pa.Table]) -> None:
    got = answer("FROM orders ORDER BY order_id DESC;", tables=tables, row_limit=3)
    assert got.frame["order_id"].to_pylist() == [2000, 1999, 1998]
    assert got.cut
    exact = answer("SELECT * FROM range(1000000000000) LIMIT 3", tables=tables, row_limit=3)
    assert exact.frame.num_rows == 3 and not exact.cut


def test_every_type_comes_back_in_a_form_that_pandas_shows(tables: dict[str, pa.Table]) -> None:
    shown = {
        "170141183460469231731687303715884105727::HUGEINT": "170141183460469231731687303715884105727",
        "12::UHUGEINT": 12,
        "INTERVAL 3 DAY": "3 days",
        "{'a': 1}": "{'a': 1}",
        "[1, 2]": "[1, 2]",
        "MAP {1: 2}": "{1=2}",
        "union_value(a := 1)": "1",
        "TIME '12:30:00'": "12:30:00",
        "TIMESTAMPTZ '2024-01-01 00:00:00+02'": "2023-12-31 22:00:00+00",
        "'x'::ENUM('x')": "x",
        "'\\x00a'::BLOB": "\\x00a",
        "'101'::BIT": "101",
        "NULL": None,
        "DATE 'infinity'": "infinity",
        "DATE '12345-01-01'": "12345-01-01",
        "TIMESTAMP '-infinity'": "-infinity",
        "TIMESTAMP '2024-02-29 01:02:03'": pd.Timestamp("2024-02-29 01:02:03"),
        "true": True,
        "0.5::DOUBLE": 0.5,
        '7 AS "a ""b"" c"': 7,
        "8 AS a": 8,
        "9 AS a": 9,
    }
    got = answer("SELECT " + ", ".join(shown), tables=tables).frame
    assert len(set(got.column_names)) == len(shown)
    assert got.column_names[-3:] == ['a "b" c', "a", "a_2"]
    row = got.to_pandas().iloc[0].tolist()
    assert [None if pd.isna(value) else value for value in row] == list(shown.values())


@pytest.mark.parametrize("question", GOOD)
def test_more_than_plain_select_is_answered(question: str, outcome: dict[str, Any]) -> None:
    assert outcome["replies"][question]["said"] == {"cut": False}
    assert outcome["replies"][question]["rows"] == GOOD[question]


@pytest.mark.parametrize("question", MISTAKES)
def test_a_mistake_is_named(question: str, outcome: dict[str, Any]) -> None:
    reason, details = MISTAKES[question]
    assert outcome["replies"][question]["said"] == {"reason": reason, "details": details}


def test_the_truth_stays_outside(tables: dict[str, pa.Table]) -> None:
    given = {**tables, "truth_customers": tables["customers"], "Truth_x": tables["customers"]}
    assert tables_of_the_box(given) == tables


@pytest.mark.parametrize("wrong", [{"row_limit": 0}, {"seconds": 0}, {"memory_mb": 1}, {"tables": {}}])
def test_wrong_arguments_are_no_refusals(wrong: dict[str, Any], tables: dict[str, pa.Table]) -> None:
    with pytest.raises(ValueError) as raised:
        answer("SELECT 1", **{"tables": tables, **wrong})
    assert not isinstance(raised.value, Refused)
    with pytest.raises(ValueError, match="plain names"):
        answer("SELECT 1", tables={'a"; DROP TABLE b': tables["orders"]})


def test_who_comes_when_all_places_are_taken_is_told_so(
    tables: dict[str, pa.Table], processes: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_box, "PLACES", threading.BoundedSemaphore(1))
    monkeypatch.setattr(sql_box, "WAIT_SECONDS", 0.1)
    with sql_box.PLACES, pytest.raises(Refused) as refused:
        answer("SELECT 1", tables=tables)
    assert refused.value.reason == "busy" and refused.value.details["seconds"] >= 0.1
    assert not processes
    for _ in range(2):  # a refusal gives its place back
        with pytest.raises(Refused, match="DROP"):
            answer("DROP TABLE orders", tables=tables)


def test_the_process_knows_nothing_of_this_one(
    tables: dict[str, pa.Table],
    processes: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    spy = tmp_path / "spy.py"
    spy.write_text(
        f"import os, json; open({str(tmp_path / 'seen')!r}, 'w').write(json.dumps([dict(os.environ), os.getcwd()]))"
    )
    monkeypatch.setattr(sql_box, "CHILD", spy)
    monkeypatch.setenv("CRM_LAB_SECRET", MARK)
    with pytest.raises(Refused, match="its process ended with 0"):
        answer("SELECT 1", tables=tables)
    environment, where = json.loads((tmp_path / "seen").read_text())
    assert set(environment) <= {*sql_box.KEPT, "OPENBLAS_NUM_THREADS", "LC_CTYPE", "__CF_USER_TEXT_ENCODING"}
    assert where == os.path.abspath(os.sep)
    assert len(processes) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("life", "reason"),
    [
        ("time.sleep(60)", "busy"),
        ("os.abort()", "too_much_memory"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "too_slow"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "error"),
        ("print('ready', flush=True); time.sleep(60)", "too_slow"),
        ("print('ready', flush=True); os.abort()", "too_much_memory"),
        ("print('ready', flush=True); print('{', flush=True)", "error"),
        ("print('ready', flush=True); print('{\"cut\": false}', flush=True)", "error"),
    ],
)
def test_however_the_process_ends_there_is_a_reason(
    life: str,
    reason: str,
    tables: dict[str, pa.Table],
    processes: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    spy = tmp_path / "spy.py"
    hears = "sys.stdin.buffer.read(10)" if reason == "busy" else "sys.stdin.buffer.read(4_000_000)"
    spy.write_text(f"import os, signal, sys, time\n{hears}\n{life}")
    monkeypatch.setattr(sql_box, "CHILD", spy)
    if reason == "busy":
        monkeypatch.setattr(sql_box, "START_SECONDS", 1.0)
    large = {"large": pa.table({"a": np.zeros(500_000)})}  # more than a pipe holds
    begun = time.monotonic()
    with pytest.raises(Refused) as refused:
        answer("SELECT * FROM large", tables=large, seconds=0.5 if "sleep" in life else 20.0)
    assert refused.value.reason == reason
    assert time.monotonic() - begun < 15
    assert len(processes) == 1


@LINUX
def test_an_orphan_ends_by_itself(tables: dict[str, pa.Table]) -> None:
    question = {
        "query": "SELECT count(*) FROM range(1000000000000)",
        "tables": list(tables),
        "named": [],
        "row_limit": 1,
    }
    question |= {"seconds": 0.1, "memory_mb": 128, "most_bytes": 1}
    sent = io.BytesIO()
    sql_box._hand_over(sent, question, tables)
    done = subprocess.run(
        [sys.executable, "-I", str(sql_box.CHILD)], input=sent.getvalue(), capture_output=True, timeout=60
    )
    assert sql_box.signal.Signals(-done.returncode).name in ("SIGXCPU", "SIGKILL")


def test_every_reason_is_written_down_with_its_details() -> None:
    listed = dict(
        re.findall(r"^    ([a-z_]+) {2,}(-|[a-z]+(?:, [a-z]+)*) {2,}|^$", sql_box.__doc__ or "", re.MULTILINE)
    )
    listed.pop("", None)
    for reason, sentence in REASONS.items():
        fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        assert fields == {name for name in re.split(r"[ ,-]+", listed.pop(reason)) if name}
    assert not listed
